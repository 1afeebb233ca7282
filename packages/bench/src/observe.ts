import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ArtGuard, createArtGuard, type Detection, fuseHeatmaps } from "@artguard/core";
import { type ImageInfo, renderHeatmap } from "@artguard/core/image";
import { forensicDetectors } from "@artguard/forensics";
import sharp from "sharp";
import type { BenchCase } from "./cases.ts";
import { type FormatFeatures, formatFeatures } from "./format-features.ts";
import { type PixelScores, pixelScores } from "./metrics/pixel-scores.ts";

/** What the detectors saw in one image, without heat maps: what the figures are made of. */
export interface Observed {
  readonly path: string;
  readonly set: string;
  readonly task: string;
  readonly group: string;
  readonly isForged: boolean;
  readonly detections: readonly Omit<Detection, "heatmap">[];
  readonly features: FormatFeatures;
  readonly megapixels: number;
  /** By detector id, and `fused`; null without a mask. */
  readonly pixels: Readonly<Record<string, PixelScores>> | null;
}

const workspace = fileURLToPath(new URL("../../../", import.meta.url));
const cacheFolder = join(workspace, "bench-results", "cache");

/** Digest of the code that observes, so that a changed detector is never read from the cache. */
const codeDigest = (() => {
  const hash = createHash("sha256");
  for (const folder of ["packages/forensics/src", "packages/core/src/image", "packages/bench/src/metrics"]) {
    const files = readdirSync(join(workspace, folder), { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()))
      hash.update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest("hex").slice(0, 16);
})();

/** Runs all detectors over cases with two child processes at a time; what was seen before is read from the cache. */
export async function observeAll(cases: AsyncIterable<BenchCase>, total: number): Promise<Observed[]> {
  const concurrency = 2;
  const artguard = await createArtGuard({ detectors: forensicDetectors(), concurrency });
  const observed: Observed[] = [];
  const iterator = cases[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      observed.push(await observeOnce(artguard, next.value));
      process.stderr.write(`\r${observed.length}/${total} `);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
    process.stderr.write("\n");
    return observed.sort((a, b) => a.path.localeCompare(b.path, "en"));
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

async function observeOnce(artguard: ArtGuard, benchCase: BenchCase): Promise<Observed> {
  const digest = createHash("sha256").update(benchCase.bytes).update(benchCase.path).digest("hex");
  const file = join(cacheFolder, codeDigest, `${digest}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const observed = await observe(artguard, benchCase);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(observed));
  return observed;
}

async function observe(artguard: ArtGuard, { bytes, mask, ...labels }: BenchCase): Promise<Observed> {
  let info: ImageInfo | undefined;
  for await (const event of artguard.analyzeStream(bytes)) {
    if (event.type === "inspected") info = event.info;
    if (event.type !== "completed" || !info) continue;
    const { detections } = event.analysis;
    return {
      ...labels,
      detections: detections.map(({ heatmap: _, ...detection }) => detection),
      features: formatFeatures(bytes, info),
      megapixels: (info.width * info.height) / 1e6,
      pixels: mask && labels.isForged ? await comparePixels(detections, info, mask) : null,
    };
  }
  throw new Error(`${labels.path} was not analysed`);
}

async function comparePixels(detections: readonly Detection[], info: ImageInfo, maskFile: Uint8Array) {
  const upright = { ...info, orientation: 1 as const };
  const { data: mask, info: size } = await sharp(maskFile)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (size.width !== info.width || size.height !== info.height) return null;
  const maps = [
    ["fused", fuseHeatmaps(detections, info)] as const,
    ...detections.map(({ id, heatmap }) => [id, heatmap ?? null] as const),
  ];
  return Object.fromEntries(maps.map(([id, map]) => [id, pixelScores(renderHeatmap(map, upright).data, mask)]));
}
