import { GaussianBlur } from "./gaussian-blur.ts";
import { PlaneMemory } from "./plane-memory.ts";

/** Blur of the first level of each octave, in pixels of the octave (Lowe 2004, section 3.3). */
const firstBlur = 1.6;
/** Blur that a picture is taken to have already. */
const cameraBlur = 0.5;
/** Scales per octave at which extrema are looked for. */
export const scalesPerOctave = 3;
const smallestOctave = 24;
const planesPerOctave = 2 * scalesPerOctave + 5;

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
 * Difference-of-Gaussians scale spaces, one at a time, of pieces of an image.
 * Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60(2), 2004, section 3.
 */
export class ScaleSpace {
  readonly memory: PlaneMemory;
  /** Image pixels per pixel of a piece: 0.5 after doubling. */
  readonly #step: number;
  readonly #mostColumns: number;
  readonly #octaves: number;

  /** @param mostPixels Of a piece. */
  constructor(mostPixels: number, mostColumns: number, step: number, octaves: number) {
    // The octaves after the first take up a third of it together.
    const numbers = Math.ceil((4 / 3) * planesPerOctave * mostPixels) + mostPixels;
    const rows = GaussianBlur.room(mostColumns) + 2 * mostColumns;
    this.memory = new PlaneMemory(numbers + rows, planesPerOctave * octaves + 4);
    this.#step = step;
    this.#mostColumns = mostColumns;
    this.#octaves = octaves;
  }

  /** The octaves of a piece; those of the last one are lost. */
  octavesOf({ width, height, data }: { width: number; height: number; data: Float32Array }): Octave[] {
    this.memory.clear();
    const gaussian = new GaussianBlur(this.memory, this.#mostColumns);
    const piece = this.memory.allocate(width * height);
    piece.set(data);
    let base = this.memory.allocate(width * height);
    const already = this.#step < 1 ? cameraBlur / this.#step : cameraBlur;
    gaussian.blur(piece, base, width, height, Math.sqrt(firstBlur ** 2 - already ** 2));
    const octaves: Octave[] = [];
    let [w, h, size] = [width, height, this.#step];
    while (Math.min(w, h) >= smallestOctave) {
      const octave = this.#octaveOf(gaussian, base, w, h, size);
      octaves.push(octave);
      if (octaves.length === this.#octaves) break;
      [w, h, size] = [w >> 1, h >> 1, 2 * size];
      base = this.memory.allocate(w * h);
      takeEverySecond(octave, base);
    }
    return octaves;
  }

  #octaveOf(gaussian: GaussianBlur, base: Float32Array, width: number, height: number, step: number): Octave {
    const levels = [base];
    const differences: Float32Array[] = [];
    for (let level = 1; level < scalesPerOctave + 3; level++) {
      const last = levels[level - 1]!;
      const next = this.memory.allocate(width * height);
      gaussian.blur(last, next, width, height, Math.sqrt(blurOfLevel(level) ** 2 - blurOfLevel(level - 1) ** 2));
      const difference = this.memory.allocate(width * height);
      const { byteOffset, byteLength } = difference;
      this.memory.kernel.run.subtract(byteOffset, next.byteOffset, last.byteOffset, byteLength);
      levels.push(next);
      differences.push(difference);
    }
    return { width, height, step, levels, differences };
  }
}

/** Blur of a level in pixels of its octave; `level` may be fractional. */
export function blurOfLevel(level: number): number {
  return firstBlur * 2 ** (level / scalesPerOctave);
}

function takeEverySecond({ width, height, levels }: Octave, half: Float32Array): void {
  const [columns, rows] = [width >> 1, height >> 1];
  const data = levels[scalesPerOctave]!;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) half[y * columns + x] = data[2 * y * width + 2 * x]!;
  }
}
