import { existsSync, readFileSync } from "node:fs";
import { createArtGuard } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";

/** What one image at a time takes. */
export interface ImageTime {
  /** Median milliseconds from the call to the analysis. */
  readonly wall: number;
  /** Highest resident memory of the child processes, added up, in bytes; undefined where the system does not tell. */
  readonly peakBytes: number | undefined;
}

/** Analyses one image again and again with a number of child processes, after a warm-up. */
export async function imageTime(bytes: Uint8Array, processes: number, runs: number): Promise<ImageTime> {
  const detectors = forensicDetectors();
  const artguard = await createArtGuard({ detectors, storage: "memory", concurrency: processes, deadlineMs: 600_000 });
  try {
    const walls: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const started = performance.now();
      await artguard.analyze(bytes);
      walls.push(performance.now() - started);
    }
    const timed = walls.slice(1).sort((a, b) => a - b);
    return { wall: timed[timed.length >> 1]!, peakBytes: peakOfChildren() };
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

/** As Linux counts it for each process. */
function peakOfChildren(): number | undefined {
  const list = `/proc/${process.pid}/task/${process.pid}/children`;
  if (!existsSync(list)) return undefined;
  const children = readFileSync(list, "utf8").trim().split(" ").filter(Boolean);
  const kilobytes = children.map((pid) =>
    Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0),
  );
  return 1024 * kilobytes.reduce((sum, each) => sum + each, 0);
}
