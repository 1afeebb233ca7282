// Time and memory of every cue on JPEG files of several sizes, and of batches: `npm run bench:throughput`.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { figure, textTable } from "./report/text-table.ts";
import { batchRate } from "./throughput/batch-rate.ts";
import { imageTime } from "./throughput/image-time.ts";
import { peakMemory } from "./throughput/peak-memory.ts";
import { quality, sizeOf, writeTestPictures } from "./throughput/test-pictures.ts";
import { allCues, isCounted, medianTimes, type StepTime, timeCues } from "./throughput/time-cues.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "0.5,2,3,12,48" },
    runs: { type: "string", default: "3" },
    batch: { type: "string", default: "8" },
  },
});
const sizes = values.sizes.split(",").map(Number);
const runs = Number(values.runs);
const batchMegapixels = 3;

// libvips would decode on several threads.
sharp.concurrency(1);
const pictures = await writeTestPictures([...new Set([...sizes, batchMegapixels])]);
console.log(`JPEG files of quality ${quality}, one process on one core, median of ${runs} runs after one warm-up.`);
console.log("CPU time does not grow with what else the machine does; wall time does.\n");
const bySize = new Map<number, Map<string, StepTime>>();
for (const megapixels of sizes) {
  const bytes = readFileSync(pictures.get(megapixels)!);
  const passes = [];
  for (let run = 0; run <= runs; run++) passes.push(await timeCues(bytes));
  const times = medianTimes(passes.slice(1));
  bySize.set(megapixels, times);
  printSteps(megapixels, bytes.length, times);
}
printLinearity();
await printShared();
await printBatch();

function printSteps(megapixels: number, size: number, times: ReadonlyMap<string, StepTime>): void {
  const { width, height } = sizeOf(megapixels);
  const total = times.get(allCues)!;
  const rows = [...times].map(([step, { wall, cpu }]) => [
    step,
    wall.toFixed(0),
    cpu.toFixed(0),
    isCounted(step) ? figure(cpu / total.cpu) : "in cues",
  ]);
  const memory = peakMemory(pictures.get(megapixels)!) / 2 ** 20;
  console.log(`${megapixels} megapixels (${width}×${height}, ${(size / 1e6).toFixed(1)} MB)`);
  console.log(textTable(["step", "wall ms", "CPU ms", "share"], rows));
  console.log(`Peak memory of a fresh process: ${memory.toFixed(0)} MB.\n`);
}

/** Linear work costs as much for each pixel at every size. */
function printLinearity(): void {
  const steps = [...bySize.values()][0]!.keys();
  const rows = [...steps].map((step) => [
    step,
    ...sizes.map((megapixels) => (bySize.get(megapixels)!.get(step)!.cpu / 1000 / megapixels).toFixed(3)),
  ]);
  console.log("CPU seconds per megapixel");
  console.log(textTable(["step", ...sizes.map((megapixels) => `${megapixels} MP`)], rows));
}

/** One image at a time, as a user waits for it: in one process, and shared by two. */
async function printShared(): Promise<void> {
  const rows: string[][] = [];
  for (const megapixels of sizes) {
    const bytes = readFileSync(pictures.get(megapixels)!);
    for (const processes of [1, 2]) {
      const { wall, peakBytes } = await imageTime(bytes, processes, runs);
      const memory = peakBytes === undefined ? "–" : (peakBytes / 2 ** 20).toFixed(0);
      rows.push([`${megapixels} MP`, `${processes}`, wall.toFixed(0), memory]);
    }
  }
  console.log("\nOne image at a time, from the call to the analysis");
  console.log(textTable(["size", "processes", "wall ms", "MB of them together"], rows));
}

async function printBatch(): Promise<void> {
  const bytes = readFileSync(pictures.get(batchMegapixels)!);
  const images = Number(values.batch);
  const [one, two] = [await batchRate(bytes, 1, images), await batchRate(bytes, 2, images)];
  console.log(
    `\nBatch of ${images} images of ${batchMegapixels} megapixels: ${one.toFixed(2)} images/s with one process, ${two.toFixed(2)} with two: ${(two / one).toFixed(2)} times as fast.`,
  );
}
