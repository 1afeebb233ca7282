import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Analysis, createArtGuard } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { expect, it, onTestFinished, vi } from "vitest";
import { picture } from "./slow-detector.ts";

const program = fileURLToPath(new URL("./worker-process.ts", import.meta.url));
const [jobs, workers, kills, leaseMs, workMs] = [60, 3, 6, 1500, 80];

/** Workers on a store, replaced when they are killed; every line that any of them said. */
class Crew {
  readonly lines: string[] = [];
  readonly #args: readonly string[];
  /** Each with what it said last. */
  readonly #alive = new Map<ChildProcess, string>();

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  start(): void {
    const child = spawn(process.execPath, ["--conditions=artguard-source", program, ...this.#args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#alive.set(child, "");
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(line);
      if (this.#alive.has(child)) this.#alive.set(child, line);
    });
  }

  /** Kills a worker, in the middle of its work if there is one, and starts another. */
  async replaceOne(): Promise<void> {
    const all = [...this.#alive];
    const [victim] = all.find(([, line]) => line.startsWith("claimed")) ?? all[0]!;
    this.#alive.delete(victim);
    const closed = once(victim, "close");
    victim.kill("SIGKILL");
    await closed;
    this.start();
  }

  /** Tells all to end. @returns their exit codes. */
  async end(): Promise<unknown[]> {
    return await Promise.all(
      [...this.#alive.keys()].map(async (child) => {
        const closed = once(child, "close");
        child.kill("SIGTERM");
        return (await closed)[0];
      }),
    );
  }

  kill(): void {
    for (const child of this.#alive.keys()) child.kill("SIGKILL");
  }
}

it("workers on one store that are killed lose no analysis and end none twice", async () => {
  const place = mkdtempSync(join(tmpdir(), "artguard-workers-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const [database, objects] = [join(place, "artguard.db"), join(place, "objects")];
  const tables = await sqlite({ path: database });
  onTestFinished(() => tables[Symbol.asyncDispose]());
  const artguard = await createArtGuard({ detectors: [], tables, objects: folder({ path: objects }) });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const submitted: string[] = [];
  for (let i = 0; i < jobs; i++) submitted.push((await artguard.submit(picture)).request_id);

  const crew = new Crew([database, objects, `${leaseMs}`, `${workMs}`]);
  onTestFinished(() => crew.kill());
  for (let i = 0; i < workers; i++) crew.start();
  for (let kill = 1; kill <= kills; kill++) {
    await vi.waitFor(() => expect(claimsIn(crew.lines)).toBeGreaterThan(8 * kill), { timeout: 60_000, interval: 5 });
    await crew.replaceOne();
  }
  await vi.waitFor(async () => expect((await artguard.counts()).by_status.COMPLETED).toBe(jobs), {
    timeout: 60_000,
    interval: 100,
  });
  expect(await crew.end()).toEqual(Array(workers).fill(0));

  const records: Analysis[] = [];
  for (const requestId of submitted) records.push(await artguard.get(requestId));
  expect(records.every(({ status }) => status === "COMPLETED")).toBe(true);
  // Counters change with the record in one transaction: an analysis that ended twice would be counted twice.
  expect((await artguard.counts()).by_status).toEqual({ PENDING: 0, PROCESSING: 0, COMPLETED: jobs, FAILED: 0 });
  const takenOver = records.filter(({ attempt = 0 }) => attempt > 1).length;
  expect(takenOver).toBeGreaterThan(0);
  expect(claimsIn(crew.lines)).toBeGreaterThanOrEqual(jobs + takenOver);
  expect(crew.lines.filter((line) => line.startsWith("drained"))).toHaveLength(workers);
});

const claimsIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith("claimed")).length;
