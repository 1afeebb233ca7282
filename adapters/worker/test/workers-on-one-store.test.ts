import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Analysis, createArtGuard } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { expect, it, onTestFinished, vi } from "vitest";
import { Crew, claimsIn } from "./crew.ts";
import { picture } from "./slow-detector.ts";

const [jobs, workers, kills, leaseMs, workMs] = [60, 3, 6, 1500, 80];

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
