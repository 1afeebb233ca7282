// Time and memory of every cue on one JPEG of 12 megapixels, on one core: `npm run bench:throughput`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openForensicImage } from "@artguard/core/image";
import { forensicDetectors, readJpegCoefficients } from "@artguard/forensics";
import sharp from "sharp";
import { paintLandscape } from "./example-images/paint-landscape.ts";
import { figure, textTable } from "./report/text-table.ts";

const size = { width: 4000, height: 3000 };
const runs = 3;
const quality = 95;

async function testImage(): Promise<Uint8Array> {
  const { data, width, height } = paintLandscape({ ...size, seed: 3 });
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** One pass in this process: milliseconds by step. A fresh copy of the bytes, so that nothing is remembered. */
async function pass(bytes: Uint8Array): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  const timed = async <T>(name: string, step: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await step();
    times[name] = performance.now() - started;
    return result;
  };
  const image = await timed("decode", () => openForensicImage(bytes.slice()));
  await timed("read coefficients", () => readJpegCoefficients(image.bytes));
  for (const detector of forensicDetectors())
    await timed(detector.id, () => detector.detect(image, { signal: new AbortController().signal }));
  return times;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

if (process.argv.includes("--memory")) {
  await pass(await testImage());
  console.log(process.resourceUsage().maxRSS / 1024);
} else {
  // libvips would decode on several threads.
  sharp.concurrency(1);
  const bytes = await testImage();
  const passes: Record<string, number>[] = [];
  for (let run = 0; run < runs; run++) passes.push(await pass(bytes));
  const steps = Object.keys(passes[0]!);
  const medians = steps.map((step) => median(passes.map((times) => times[step]!)));
  const counted = (step: string) => step !== "read coefficients"; // done once more inside the cues
  const total = median(passes.map((times) => steps.filter(counted).reduce((sum, step) => sum + times[step]!, 0)));
  const rows = steps.map((step, i) => [
    step,
    medians[i]!.toFixed(0),
    counted(step) ? figure(medians[i]! / total) : "in cues",
  ]);
  const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "--memory"], {
    encoding: "utf8",
  });
  console.log(
    `JPEG of ${size.width}×${size.height}, quality ${quality}, ${(bytes.length / 1e6).toFixed(1)} MB; median of ${runs} runs, one core.`,
  );
  console.log(textTable(["step", "ms", "share"], [...rows, ["all cues with decoding", total.toFixed(0), "1.000"]]));
  console.log(`Peak memory of a fresh process: ${Number(child.stdout.trim().split("\n").at(-1)).toFixed(0)} MB.`);
}
