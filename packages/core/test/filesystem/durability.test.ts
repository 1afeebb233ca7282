import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { killTrials } from "../fixtures/kill-trials.ts";

const root = await mkdtemp(join(tmpdir(), "artguard-durability-"));
afterAll(() => rm(root, { recursive: true, force: true }));

describe("a process killed while it writes objects", () => {
  it("loses nothing acknowledged, shows nothing torn and leaves nothing behind, 200 times", async () => {
    const { acknowledged, interrupted, violations } = await killTrials(join(root, "durable"), "durable", 200);
    console.log(`200 kills: ${acknowledged} operations acknowledged, ${interrupted} kills inside an operation`);
    expect(violations).toEqual([]);
    expect(acknowledged).toBeGreaterThan(200);
    expect(interrupted).toBeGreaterThan(50);
  }, 900_000);

  it("would be caught if it wrote in place", async () => {
    const { violations } = await killTrials(join(root, "in-place"), "in-place", 40);
    console.log(`mutant: ${violations.length} violations in 40 kills`);
    expect(violations.length).toBeGreaterThan(0);
  }, 300_000);
});

describe.skipIf(!canTrace())("what the operating system is asked to do", () => {
  it("flushes content, then the name, before each acknowledgement", async () => {
    const trace = join(root, "trace");
    const calls = "trace=write,fsync,fdatasync,rename,renameat,renameat2";
    const writer = fileURLToPath(new URL("../fixtures/object-writer.ts", import.meta.url));
    const node = [process.execPath, "--conditions=artguard-source", "--disable-warning=ExperimentalWarning"];
    const traced = ["-f", "-y", "-qq", "-s", "200", "-e", calls, "-o", trace];
    const program = [...node, writer, join(root, "traced"), "7", "durable", "60"];
    expect(spawnSync("strace", [...traced, ...program], { stdio: "ignore" }).status).toBe(0);
    const steps = acknowledgedSteps(await readFile(trace, "utf8"));
    console.log(`strace: ${steps.length} acknowledged writes`);
    expect(steps.length).toBeGreaterThan(30);
    for (const step of steps) expect(step).toMatch(/^(sync-other )*sync-file rename (sync-folder ){5,}ack$/);
  }, 60_000);
});

function canTrace(): boolean {
  if (process.platform === "linux" && spawnSync("strace", ["-V"], { stdio: "ignore" }).status === 0) return true;
  if (process.env["CI"] === "true") throw new Error("the check of flushes needs Linux and strace");
  process.stderr.write("SKIPPED the check of flushes: no strace on PATH\n");
  return false;
}

/** For each acknowledged `put` the calls since it was announced, by name. A call that another thread interrupted ends where it resumes. */
function acknowledgedSteps(trace: string): string[] {
  const steps: string[] = [];
  let names: string[] = [];
  const unfinished = new Map<string, string>();
  for (const line of trace.split("\n")) {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) unfinished.set(thread, rest);
    const call = /^<\.\.\. \w+ resumed>/.test(rest) ? `${unfinished.get(thread)}${rest}` : rest;
    if (rest.endsWith("<unfinished ...>") || !/= \d+$/.test(call)) continue;
    const name = nameOf(call);
    if (name === "begin") names = [];
    else if (name !== undefined) names.push(name);
    if (name === "ack") steps.push(names.join(" "));
  }
  return steps;
}

function nameOf(call: string): string | undefined {
  if (/^write\(1<.*"> put/.test(call)) return "begin";
  if (/^write\(1<.*"< put/.test(call)) return "ack";
  if (/^rename/.test(call)) return "rename";
  if (!/^f(data)?sync\(/.test(call)) return undefined;
  if (call.includes("/incoming/")) return "sync-file";
  return call.includes("/objects") ? "sync-folder" : "sync-other";
}
