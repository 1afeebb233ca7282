import { readdirSync, readFileSync } from "node:fs";
import { createArtGuard, isArtGuardError } from "@artguard/core";
import { developmentData, type ManifestRow } from "@artguard/development-data";
import { forensicDetectors } from "@artguard/forensics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const data = developmentData();
const hostile = data?.rows.filter(({ task }) => task === "hostile") ?? [];
const deadlineMs = 2000;
const megabyte = 2 ** 20;

/** Highest resident memory of this process's children so far, in bytes; 0 where the system does not tell. */
function childPeakBytes(): number {
  const peaks = processIds().map((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== process.pid) return 0;
      return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0; // It ended meanwhile.
    }
  });
  return Math.max(0, ...peaks);
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

describe.skipIf(!data)("hostile files with every detector", () => {
  const answers: { row: ManifestRow; answer: string }[] = [];
  let childPeak = 0;
  let parentGrowth = 0;

  beforeAll(async () => {
    const artguard = await createArtGuard({ detectors: forensicDetectors(), concurrency: 2, deadlineMs });
    const watch = setInterval(() => {
      childPeak = Math.max(childPeak, childPeakBytes());
    }, 20);
    const answer = async (row: ManifestRow): Promise<string> => {
      try {
        const { verdict } = await artguard.analyze(data!.read(row));
        return verdict;
      } catch (error) {
        return isArtGuardError(error) ? error.code : `untyped: ${error}`;
      }
    };
    const queue = [...hostile];
    const work = async () => {
      for (let row = queue.shift(); row; row = queue.shift()) answers.push({ row, answer: await answer(row) });
    };
    await answer(hostile[0]!);
    const before = process.memoryUsage().rss;
    await Promise.all([work(), work()]);
    parentGrowth = process.memoryUsage().rss - before;
    clearInterval(watch);
    await artguard[Symbol.asyncDispose]();
  }, 600_000);
  afterAll(() => {
    const counts = Object.entries(Object.groupBy(answers, ({ answer }) => answer)).map(
      ([answer, rows]) => `${answer} ${rows!.length}`,
    );
    process.stdout.write(`hostile files: ${counts.join(", ")}\n`);
  });

  it("end in a verdict or a typed error, each of them, with this process alive", () => {
    expect(answers).toHaveLength(hostile.length);
    expect(answers.filter(({ answer }) => answer.startsWith("untyped"))).toEqual([]);
  });

  it("are refused where their source says that they must be, and read where it says that they can be", () => {
    const isVerdict = (answer: string) => /^[A-Z_]+$/.test(answer);
    const wrong = answers.filter(({ row, answer }) => {
      if (row.expect === "reject") return isVerdict(answer);
      return row.expect === "accept" && !isVerdict(answer) && answer !== "image.unsupported-format";
    });
    expect(wrong.map(({ row, answer }) => `${row.path}: ${answer}, expected ${row.expect}`)).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("take at most 512 MB in a child", () => {
    expect(childPeak / megabyte).toBeGreaterThan(0);
    expect(childPeak / megabyte).toBeLessThanOrEqual(512);
  });

  it("let this process grow by at most 50 MB", () => {
    expect(parentGrowth / megabyte).toBeLessThanOrEqual(50);
  });
});
