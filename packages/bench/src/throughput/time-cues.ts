import { openForensicImage } from "@artguard/core/image";
import { forensicDetectors, readJpegCoefficients } from "@artguard/forensics";

/** Milliseconds of one step. */
export interface StepTime {
  readonly wall: number;
  /** Of this process, all threads; does not grow with what else the machine does. */
  readonly cpu: number;
}

/** Steps that other steps contain: shown, and left out of the sum. */
const contained = new Set(["read coefficients"]);

/** Whether a step counts in the sum over all steps. */
export function isCounted(step: string): boolean {
  return !contained.has(step);
}

/** Decodes an image and runs every default cue in this process, once. A fresh copy of the bytes: nothing is remembered. */
export async function timeCues(bytes: Uint8Array): Promise<Map<string, StepTime>> {
  const times = new Map<string, StepTime>();
  const timed = async <T>(name: string, step: () => T | Promise<T>): Promise<T> => {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const result = await step();
    const { user, system } = process.cpuUsage(before);
    times.set(name, { wall: performance.now() - started, cpu: (user + system) / 1000 });
    return result;
  };
  const image = await timed("decode", () => openForensicImage(bytes.slice()));
  await timed("read coefficients", () => readJpegCoefficients(image.bytes));
  for (const detector of forensicDetectors())
    await timed(detector.id, () => detector.detect(image, { signal: new AbortController().signal }));
  return times;
}

/** Of several passes: by step, and for the sum of all counted steps, the median. */
export function medianTimes(passes: readonly ReadonlyMap<string, StepTime>[]): Map<string, StepTime> {
  const steps = [...passes[0]!.keys()];
  const total = passes.map((times) => sum([...times].filter(([step]) => isCounted(step)).map(([, time]) => time)));
  const medians = steps.map((step) => [step, middle(passes.map((times) => times.get(step)!))] as const);
  return new Map([...medians, [allCues, middle(total)]]);
}

/** Name of the sum in {@link medianTimes}. */
export const allCues = "all cues with decoding";

function sum(times: readonly StepTime[]): StepTime {
  return times.reduce((total, { wall, cpu }) => ({ wall: total.wall + wall, cpu: total.cpu + cpu }), {
    wall: 0,
    cpu: 0,
  });
}

function middle(times: readonly StepTime[]): StepTime {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  return { wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) };
}
