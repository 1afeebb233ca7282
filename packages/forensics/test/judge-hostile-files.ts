// Judges every hostile file with every detector and prints what happened as JSON: a program of its own, so that the
// memory of its process is that of a host and not of a test runner.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createArtGuard, isArtGuardError } from "@artguard/core";
import { developmentData, type ManifestRow } from "@artguard/development-data";
import { forensicDetectors } from "@artguard/forensics";
import { largestChild } from "./child-memory.ts";
import { picture } from "./pictures.ts";

/** What became of one file. */
export interface HostileAnswer {
  readonly path: string;
  readonly expect: string;
  /** A verdict, an error code, or `untyped: …`. */
  readonly answer: string;
  readonly elapsedMs: number;
}

/** What the program prints. */
export interface HostileReport {
  readonly answers: readonly HostileAnswer[];
  /** Highest resident memory of a child in bytes; 0 where the system does not tell. */
  readonly childPeakBytes: number;
  /** Highest resident memory of this process, less what it had before the first file. */
  readonly hostGrowthBytes: number;
}

/** One analysis ends in this time. */
export const deadlineMs = 1500;

/** A late answer is asked for so often again. */
const attemptsAgain = 3;

/** After these the host has loaded and compiled what it needs. */
const analysesBeforeMeasuring = 100;

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await judgeAll()));

async function judgeAll(): Promise<HostileReport> {
  const data = developmentData()!;
  const hostile = data.rows.filter(({ task }) => task === "hostile");
  // Records in memory would be growth by design; a host that lasts keeps them in its default store.
  const folder = await mkdtemp(join(tmpdir(), "artguard-hostile-"));
  const artguard = await createArtGuard({
    detectors: forensicDetectors(),
    storage: { folder },
    concurrency: 2,
    deadlineMs,
  });
  const attempt = async (row: ManifestRow): Promise<HostileAnswer> => {
    const bytes = data.read(row);
    const started = performance.now();
    const answer = await artguard.analyze(bytes).then(
      ({ verdict }) => verdict,
      (error: unknown) => (isArtGuardError(error) ? error.code : `untyped: ${error}`),
    );
    return { path: row.path, expect: row.expect, answer, elapsedMs: performance.now() - started };
  };
  const smallPicture = await picture(64, 64, 1).jpeg().toBuffer();
  // Ends in a child that has started and loaded every detector.
  const warmUp = () => artguard.analyze(smallPicture, { deadlineMs: 60_000 });
  const judge = async (row: ManifestRow): Promise<HostileAnswer> => {
    let answer = await attempt(row);
    // On a busy machine the start of a child alone can take that long. A file that takes it takes it every time.
    for (let again = 0; again < attemptsAgain && answer.elapsedMs >= deadlineMs; again++) {
      await warmUp();
      answer = await attempt(row);
    }
    return answer;
  };
  // A host that has worked a while: its compiler alone takes 10 to 40 MB at first, which says nothing of the files.
  for (let i = 0; i < analysesBeforeMeasuring / 2; i++) await Promise.all([warmUp(), warmUp()]);
  const before = process.memoryUsage.rss();
  let [childPeakBytes, hostPeak] = [0, before];
  const watch = setInterval(() => {
    childPeakBytes = Math.max(childPeakBytes, largestChild());
    hostPeak = Math.max(hostPeak, process.memoryUsage.rss());
  }, 20);
  const answers: HostileAnswer[] = [];
  const work = async () => {
    for (let row = hostile.shift(); row; row = hostile.shift()) answers.push(await judge(row));
  };
  await Promise.all([work(), work()]);
  clearInterval(watch);
  await artguard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  return { answers, childPeakBytes, hostGrowthBytes: hostPeak - before };
}
