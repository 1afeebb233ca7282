// Fits the process discriminants of the noise-residual detector: `npm run fit:noise-residual`. Sees the half of the
// photographs that `bench:noise` does not report on.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openForensicImage } from "@artguard/core/image";
import sharp, { type Sharp } from "sharp";
import { cellStatistics, histogramSize } from "../../forensics/src/noise-residual/cell-statistics.ts";
import {
  type ProcessedPicture,
  processDiscriminants,
} from "../../forensics/src/noise-residual/process-discriminants.ts";
import { windowFeatures } from "../../forensics/src/noise-residual/window-features.ts";
import { lumaPlane } from "../../forensics/src/raster/plane.ts";
import { noisePhotographs } from "./noise-cases.ts";
import { requiredData } from "./required-data.ts";

const dimensions = 10;
/** Large pictures are cropped to this; every sixth window of 64 pixels is used. */
const largestSide = 768;
const step = 6;

/** Ways for a picture to come about, beside that of its camera. */
const processes: readonly ((picture: Sharp, width: number) => Sharp | Promise<Sharp>)[] = [
  (picture) => picture,
  ...[0.6, 0.8, 1.2, 1.5, 2].map(
    (factor) => (picture: Sharp, width: number) => picture.resize(Math.round(factor * width)),
  ),
  (picture) => picture.median(3),
  (picture) => picture.blur(0.6),
  (picture) => picture.sharpen({ sigma: 1 }),
  ...[75, 88].map((quality) => async (picture: Sharp) => sharp(await picture.jpeg({ quality }).toBuffer())),
];

/** Kinds of files, each kind with its own discriminants: a JPEG has lost what tells processes apart without it. */
const files = {
  lossless: [(picture: Sharp) => picture.png({ compressionLevel: 0 }), jpeg(95)],
  fine: [jpeg(95), jpeg(90)],
  coarse: [jpeg(85), jpeg(75)],
};
const kinds = ["lossless", "fine", "coarse"] as const;

function jpeg(quality: number) {
  return (picture: Sharp) => picture.jpeg({ quality });
}

const data = requiredData();
const pictures: Record<(typeof kinds)[number], ProcessedPicture[]> = { lossless: [], fine: [], coarse: [] };
const photographs = noisePhotographs(data, 0);
for (const [index, row] of photographs.entries()) {
  process.stderr.write(`\r${index + 1}/${photographs.length} `);
  const bytes = data.read(row);
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  const size = { width: Math.min(width, largestSide), height: Math.min(height, largestSide) };
  const scene = await sharp(bytes)
    .extract({ left: 0, top: 0, ...size })
    .png({ compressionLevel: 0 })
    .toBuffer();
  for (const process of processes) {
    const processed = await (await process(sharp(scene), size.width)).png({ compressionLevel: 0 }).toBuffer();
    for (const kind of kinds)
      for (const [file, save] of files[kind].entries()) {
        const { raster } = await openForensicImage(await save(sharp(processed)).toBuffer());
        const windows = windowFeatures(cellStatistics(lumaPlane(raster), 8), 8);
        pictures[kind].push({ scene: `${row.path} ${file}`, features: someFeatures(windows) });
      }
  }
}

function someFeatures({ width, height, valid, features }: ReturnType<typeof windowFeatures>): Float32Array {
  const rows: number[] = [];
  for (let y = 0; y < height; y += step)
    for (let x = 0; x < width; x += step) {
      const window = y * width + x;
      if (valid[window]! >= 0.6) rows.push(...features.subarray(window * histogramSize, (window + 1) * histogramSize));
    }
  return Float32Array.from(rows);
}

const rounded = (values: Float64Array) => [...values].map((value) => Number(value.toPrecision(5)));
const fitted = Object.fromEntries(
  Object.entries(pictures).map(([kind, members]) => [
    kind,
    processDiscriminants(
      members.filter(({ features }) => features.length >= 6 * histogramSize),
      histogramSize,
      dimensions,
    ).map(rounded),
  ]),
);
const target = fileURLToPath(new URL("../../forensics/src/noise-residual/discriminants.json", import.meta.url));
const lines = Object.entries(fitted).map(
  ([kind, rows]) => `  "${kind}": [\n${rows.map((row) => `    [${row.join(", ")}]`).join(",\n")}\n  ]`,
);
writeFileSync(target, `{\n${lines.join(",\n")}\n}\n`);
process.stderr.write(`\n${target}\n`);
