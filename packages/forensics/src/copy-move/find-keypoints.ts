import type { Plane } from "../raster/plane.ts";
import { describe, descriptorLength, orientationsOf } from "./describe-keypoint.ts";
import { type Extremum, findExtrema } from "./find-extrema.ts";
import { blurOfLevel, ScaleSpace } from "./scale-space.ts";

/** A described point. */
export interface Keypoint {
  /** Pixels of the image; the centre of the first pixel is (0, 0). */
  readonly x: number;
  readonly y: number;
  /** Blur at which it stands out, pixels of the image. */
  readonly scale: number;
  /** Main direction of its gradients, radians. */
  readonly angle: number;
}

/** Keypoints with their descriptors: that of keypoint i at `i · descriptorLength`; behind the last one there may be room. */
export interface Keypoints {
  readonly points: readonly Keypoint[];
  readonly descriptors: Float32Array;
  /** Descriptors of the mirrored patches. */
  readonly mirrored: Float32Array;
}

/** Images up to this many pixels are doubled first, as Lowe does. */
const mostDoubled = 600_000;
/** Images from this many pixels on start at half their size: their finest scale is left to the verification. */
const leastHalved = 3_000_000;
const octaves = 3;
const tileSide = 1024;
/** Beyond a tile, so that its scale space knows the surroundings. */
const margin = 48;
/** Keypoints are spread over cells of this side so that a busy corner cannot use up all of them. */
const leastCellSide = 32;
const mostPerCell = 16;
const mostKeypoints = 15_000;

/** Finds and describes the keypoints of a plane, tile by tile; at most about 15 000, spread evenly. */
export function findKeypoints(plane: Plane): Keypoints {
  const pixels = plane.width * plane.height;
  const step = pixels <= mostDoubled ? 0.5 : pixels >= leastHalved ? 2 : 1;
  const cellSide = Math.max(leastCellSide, Math.sqrt(pixels / mostKeypoints));
  const perCell = Math.max(1, Math.min(mostPerCell, Math.round((mostKeypoints * cellSide ** 2) / pixels)));
  const collected = new KeypointCollector();
  const [columns, rows] = [pieceSide(plane.width, step), pieceSide(plane.height, step)];
  const space = new ScaleSpace(columns * rows, columns, step, octaves);
  for (let top = 0; top < plane.height; top += tileSide) {
    for (let left = 0; left < plane.width; left += tileSide)
      addTile(collected, space, plane, left, top, step, { side: cellSide, most: perCell });
  }
  return collected.keypoints();
}

/** The longest side of a piece of an image side, in pixels of its first octave. */
function pieceSide(side: number, step: number): number {
  return Math.ceil(Math.min(side, tileSide + 2 * margin) / step);
}

class KeypointCollector {
  readonly #points: Keypoint[] = [];
  #descriptors = new Float32Array(0);
  #mirrored = new Float32Array(0);

  add(extremum: Extremum, x: number, y: number): void {
    const scale = blurOfLevel(extremum.level) * extremum.octave.step;
    for (const angle of orientationsOf(extremum)) {
      const from = this.#points.length * descriptorLength;
      if (from === this.#descriptors.length) this.#grow();
      const [plain, mirrored] = [this.#descriptors, this.#mirrored].map((all) =>
        all.subarray(from, from + descriptorLength),
      );
      describe(extremum, angle, plain!, mirrored!);
      this.#points.push({ x, y, scale, angle });
    }
  }

  #grow(): void {
    const length = Math.max(1024 * descriptorLength, 2 * this.#descriptors.length);
    this.#descriptors = lengthened(this.#descriptors, length);
    this.#mirrored = lengthened(this.#mirrored, length);
  }

  keypoints(): Keypoints {
    return { points: this.#points, descriptors: this.#descriptors, mirrored: this.#mirrored };
  }
}

function lengthened(values: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
}

function addTile(
  collected: KeypointCollector,
  space: ScaleSpace,
  plane: Plane,
  left: number,
  top: number,
  step: number,
  cell: { side: number; most: number },
): void {
  const [x0, y0] = [Math.max(0, left - margin), Math.max(0, top - margin)];
  const x1 = Math.min(plane.width, left + tileSide + margin);
  const y1 = Math.min(plane.height, top + tileSide + margin);
  const piece = resized(plane, x0, y0, x1 - x0, y1 - y0, step);
  const cells = new Map<number, { extremum: Extremum; x: number; y: number }[]>();
  // The centre of an octave pixel: halving by means shifts it by half a pixel.
  const shift = step === 2 ? 0.5 : 0;
  for (const octave of space.octavesOf(piece)) {
    for (const extremum of findExtrema(octave, space.memory)) {
      const x = x0 + shift + extremum.x * octave.step;
      const y = y0 + shift + extremum.y * octave.step;
      if (x < left || y < top || x >= left + tileSide || y >= top + tileSide) continue;
      const id = Math.floor(y / cell.side) * 65536 + Math.floor(x / cell.side);
      const members = cells.get(id);
      if (members) members.push({ extremum, x, y });
      else cells.set(id, [{ extremum, x, y }]);
    }
  }
  for (const members of cells.values()) {
    members.sort((a, b) => b.extremum.contrast - a.extremum.contrast);
    for (const { extremum, x, y } of members.slice(0, cell.most)) collected.add(extremum, x, y);
  }
}

function resized(plane: Plane, x0: number, y0: number, width: number, height: number, step: number): Plane {
  if (step === 2) return halved(plane, x0, y0, width >> 1, height >> 1);
  if (step === 0.5) return doubled(plane, x0, y0, 2 * width - 1, 2 * height - 1);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y0 + y) * plane.width + x0;
    data.set(plane.data.subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

function halved({ width: stride, data }: Plane, x0: number, y0: number, width: number, height: number): Plane {
  const half = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y0 + 2 * y) * stride + x0 + 2 * x;
      half[y * width + x] = (data[i]! + data[i + 1]! + data[i + stride]! + data[i + stride + 1]!) / 4;
    }
  }
  return { width, height, data: half };
}

function doubled({ width: stride, data }: Plane, x0: number, y0: number, width: number, height: number): Plane {
  const twice = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y0 + (y >> 1)) * stride + x0 + (x >> 1);
      const right = i + (x & 1);
      const below = (y & 1) * stride;
      twice[y * width + x] = (data[i]! + data[right]! + data[i + below]! + data[right + below]!) / 4;
    }
  }
  return { width, height, data: twice };
}
