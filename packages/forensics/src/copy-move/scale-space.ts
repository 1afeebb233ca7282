import { gaussianBlur } from "./gaussian-blur.ts";

/** Blur of the first level of each octave, in pixels of the octave (Lowe 2004, section 3.3). */
const firstBlur = 1.6;
/** Blur that a picture is taken to have already. */
const cameraBlur = 0.5;
/** Scales per octave at which extrema are looked for. */
export const scalesPerOctave = 3;
const smallestOctave = 24;

/** One octave of a scale space: blurred planes of one size and their differences. */
export interface Octave {
  readonly width: number;
  readonly height: number;
  /** Image pixels per octave pixel. */
  readonly step: number;
  /** `scalesPerOctave + 3` planes of rising blur. */
  readonly levels: readonly Float32Array[];
  /** Differences of neighbouring levels. */
  readonly differences: readonly Float32Array[];
}

/**
 * The difference-of-Gaussians scale space of a piece of an image.
 * Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60(2), 2004, section 3.
 *
 * @param step Image pixels per pixel of `data`: 0.5 after doubling.
 */
export function scaleSpace(
  data: Float32Array,
  width: number,
  height: number,
  step: number,
  mostOctaves: number,
): Octave[] {
  const octaves: Octave[] = [];
  const scratch = new Float32Array(width * height);
  let base: Float32Array = new Float32Array(width * height);
  let [w, h, size] = [width, height, step];
  const already = step < 1 ? cameraBlur / step : cameraBlur;
  gaussianBlur(data, base, scratch, width, height, Math.sqrt(firstBlur ** 2 - already ** 2));
  while (octaves.length < mostOctaves && Math.min(w, h) >= smallestOctave) {
    const octave = octaveOf(base, w, h, size, scratch);
    octaves.push(octave);
    base = everySecond(octave.levels[scalesPerOctave]!, w, h);
    [w, h, size] = [w >> 1, h >> 1, 2 * size];
  }
  return octaves;
}

/** Blur of a level in pixels of its octave; `level` may be fractional. */
export function blurOfLevel(level: number): number {
  return firstBlur * 2 ** (level / scalesPerOctave);
}

function octaveOf(base: Float32Array, width: number, height: number, step: number, scratch: Float32Array): Octave {
  const levels = [base];
  for (let level = 1; level < scalesPerOctave + 3; level++) {
    const next = new Float32Array(width * height);
    const added = Math.sqrt(blurOfLevel(level) ** 2 - blurOfLevel(level - 1) ** 2);
    gaussianBlur(levels[level - 1]!, next, scratch, width, height, added);
    levels.push(next);
  }
  const differences = levels.slice(1).map((level, i) => subtracted(level, levels[i]!));
  return { width, height, step, levels, differences };
}

function subtracted(a: Float32Array, b: Float32Array): Float32Array {
  const difference = new Float32Array(a.length);
  for (let i = 0; i < difference.length; i++) difference[i] = a[i]! - b[i]!;
  return difference;
}

function everySecond(data: Float32Array, width: number, height: number): Float32Array {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Float32Array(w * h);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) half[y * w + x] = data[2 * y * width + 2 * x]!;
  return half;
}
