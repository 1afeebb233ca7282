import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { developmentData } from "@artguard/development-data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deadlineMs, type HostileReport } from "./judge-hostile-files.ts";

const data = developmentData();
const megabyte = 2 ** 20;
/** Time to stop a child, tell the host and store the record, also on a busy machine. */
const graceMs = 500;

describe.skipIf(!data)("hostile files with every detector", () => {
  let report: HostileReport;

  beforeAll(async () => {
    const program = fileURLToPath(new URL("judge-hostile-files.ts", import.meta.url));
    const args = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 16 * megabyte });
    report = JSON.parse(stdout);
  }, 600_000);
  afterAll(() => {
    const counts = Object.entries(Object.groupBy(report.answers, ({ answer }) => answer));
    const slowest = Math.max(...report.answers.map(({ elapsedMs }) => elapsedMs));
    const lines = [
      `${report.answers.length} hostile files: ${counts.map(([answer, all]) => `${answer} ${all!.length}`).join(", ")}`,
      `slowest answer ${Math.round(slowest)} ms, largest child ${Math.round(report.childPeakBytes / megabyte)} MB, host grew by ${Math.round(report.hostGrowthBytes / megabyte)} MB`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  });

  it("end in a verdict or a typed error, each of them", () => {
    expect(report.answers).toHaveLength(data!.rows.filter(({ task }) => task === "hostile").length);
    expect(report.answers.filter(({ answer }) => answer.startsWith("untyped"))).toEqual([]);
  });

  it("are refused where their source says that they must be, and read where it says that they can be", () => {
    const isVerdict = (answer: string) => /^[A-Z_]+$/.test(answer);
    const wrong = report.answers.filter(({ expect: expected, answer }) => {
      if (expected === "reject") return isVerdict(answer);
      return expected === "accept" && !isVerdict(answer) && answer !== "image.unsupported-format";
    });
    expect(wrong).toEqual([]);
  });

  it(`are answered by the deadline of ${deadlineMs} ms`, () => {
    expect(report.answers.filter(({ elapsedMs }) => elapsedMs > deadlineMs + graceMs)).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("take at most 768 MB in a child, two networks included", () => {
    expect(report.childPeakBytes / megabyte).toBeGreaterThan(0);
    expect(report.childPeakBytes / megabyte).toBeLessThanOrEqual(768);
  });

  it("let their host grow by at most 100 MB", () => {
    expect(report.hostGrowthBytes / megabyte).toBeLessThanOrEqual(100);
  });
});
