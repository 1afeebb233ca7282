import { createHash } from "node:crypto";
import { type Detection, type Detector, type DetectorRun, detectionOf } from "@artguard/core";
import { createExaminer, defaultImageLimits, type Examiner, type ImageInfo, inspectImage } from "@artguard/core/image";
import { forensicDetectors } from "@artguard/forensics";
import type { BenchCase } from "./cases.ts";
import { type FormatFeatures, formatFeatures } from "./format-features.ts";
import { RunCache } from "./run-cache.ts";

/** What the detectors saw in one image, without heat maps: what the figures are made of. */
export interface Observed extends Omit<BenchCase, "bytes" | "mask"> {
  /** SHA-256 of the bytes. */
  readonly digest: string;
  readonly info: ImageInfo;
  /** Not calibrated; without heat maps. */
  readonly detections: readonly Detection[];
  readonly features: FormatFeatures;
  /** The file of the mask of a forged image. */
  readonly mask: Uint8Array | undefined;
}

const cache = new RunCache();
const deadlineMs = 300_000;

/**
 * Runs detectors over cases with two child processes at a time; what a detector saw before is read from the cache.
 * A detector that fails or is late ends the benchmark: its figures would not be its own.
 */
export async function observeAll(
  cases: AsyncIterable<BenchCase>,
  total: number,
  detectors: readonly Detector[] = forensicDetectors(),
): Promise<Observed[]> {
  const concurrency = 2;
  const examiner = createExaminer({ isolation: "process", concurrency });
  const observed: Observed[] = [];
  const iterator = cases[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      observed.push(await observe(examiner, detectors, next.value));
      process.stderr.write(`\r${observed.length}/${total} `);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    await examiner[Symbol.asyncDispose]();
  }
  process.stderr.write("\n");
  return observed.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The detections of an observed image with their heat maps, from the cache. */
export function withHeatmaps({ digest, detections }: Observed): Detection[] {
  return detections.map(({ id }) => detectionOf(cache.read(id, digest, true)!));
}

async function observe(
  examiner: Examiner,
  detectors: readonly Detector[],
  { bytes, mask, ...labels }: BenchCase,
): Promise<Observed> {
  const digest = createHash("sha256").update(bytes).digest("hex");
  const info = inspectImage(bytes, defaultImageLimits);
  const missing = detectors.filter(({ id }) => !cache.read(id, digest, false));
  if (missing.length > 0) await examine(examiner, missing, bytes, digest, labels.path);
  return {
    ...labels,
    digest,
    info,
    detections: detectors.map(({ id }) => detectionOf(cache.read(id, digest, false)!)),
    features: formatFeatures(bytes, info),
    mask: labels.isForged ? mask : undefined,
  };
}

async function examine(
  examiner: Examiner,
  detectors: readonly Detector[],
  bytes: Uint8Array,
  digest: string,
  path: string,
): Promise<void> {
  for await (const event of examiner.examine(bytes, { detectors, deadlineMs, limits: defaultImageLimits })) {
    if (event.type !== "detected") continue;
    assertEnded(event.run, path);
    cache.write(event.run, digest);
  }
}

function assertEnded({ id, status, error }: DetectorRun, path: string): void {
  if (status === "ok" || status === "not_applicable") return;
  throw new Error(`${path}: ${id} ${status}: ${error?.message}`);
}
