import { descriptorLength } from "./describe-keypoint.ts";
import type { Keypoints } from "./find-keypoints.ts";

/** Two keypoints that look alike. */
export interface KeypointMatch {
  readonly from: number;
  readonly to: number;
  /** Whether `to` looks like the mirror image of `from`. */
  readonly mirrored: boolean;
  /** Euclidean distance of the descriptors, 0–√2. */
  readonly distance: number;
}

/** Nearest neighbours kept per keypoint. */
const kept = 4;
/** Distances above are never a copy. */
const largestDistance = 0.75;
/** Generalised second-nearest-neighbour test. */
const largestRatio = 0.75;
const trees = 8;
const leafSize = 48;
/** Up to this many descriptors all pairs are compared. */
const mostCompared = 2500;
const splitDimensions = 6;

/**
 * Matches the keypoints of one image with each other by the generalised 2NN test of Amerini et al., "A SIFT-based
 * forensic method for copy-move attack detection", IEEE TIFS 6(3), 2011, section III-B: the k nearest count as long as
 * each is much nearer than the next. Neighbours are looked for in randomised trees, so that the cost stays about
 * linear.
 *
 * @param leastShift Keypoints nearer than this to each other in the image are never a match, pixels.
 */
export function matchKeypoints(keypoints: Keypoints, leastShift: number, random: () => number): KeypointMatch[] {
  const neighbours = new NeighbourLists(keypoints, leastShift);
  const indexes = Int32Array.from({ length: 2 * keypoints.points.length }, (_, i) => i);
  const size = indexes.length <= mostCompared ? indexes.length : leafSize;
  for (let tree = 0; tree < (size === leafSize ? trees : 1); tree++) {
    partition(indexes, neighbours, size, random);
  }
  return neighbours.matches();
}

/** Descriptors 0 … n−1 are plain, n … 2n−1 mirrored. */
class NeighbourLists {
  readonly #keypoints: Keypoints;
  readonly #count: number;
  readonly #leastShift2: number;
  readonly #x: Float32Array;
  readonly #y: Float32Array;
  /** One after another. */
  readonly descriptors: Float32Array;
  readonly #ids: Int32Array;
  readonly #distances: Float32Array;

  constructor(keypoints: Keypoints, leastShift: number) {
    this.#keypoints = keypoints;
    this.#count = keypoints.points.length;
    this.#leastShift2 = leastShift ** 2;
    this.#x = Float32Array.from(keypoints.points, ({ x }) => x);
    this.#y = Float32Array.from(keypoints.points, ({ y }) => y);
    const length = this.#count * descriptorLength;
    this.descriptors = new Float32Array(2 * length);
    this.descriptors.set(keypoints.descriptors.subarray(0, length));
    this.descriptors.set(keypoints.mirrored.subarray(0, length), length);
    this.#ids = new Int32Array(this.#count * kept).fill(-1);
    this.#distances = new Float32Array(this.#count * kept).fill(largestDistance ** 2);
  }

  /** Compares all pairs of a leaf; two mirrored ones say nothing new. */
  compareAll(leaf: Int32Array): void {
    for (let i = 0; i < leaf.length; i++) {
      for (let j = i + 1; j < leaf.length; j++) {
        const [a, b] = [leaf[i]!, leaf[j]!];
        if (a < this.#count) this.#compare(a, b);
        else if (b < this.#count) this.#compare(b, a);
      }
    }
  }

  #compare(a: number, b: number): void {
    const other = b < this.#count ? b : b - this.#count;
    const [dx, dy] = [this.#x[a]! - this.#x[other]!, this.#y[a]! - this.#y[other]!];
    if (dx * dx + dy * dy < this.#leastShift2) return;
    const last = this.#distances[a * kept + kept - 1]!;
    const isPlain = other === b;
    const limit = isPlain ? Math.max(last, this.#distances[b * kept + kept - 1]!) : last;
    const distance = squaredDistance(this.descriptors, a * descriptorLength, b * descriptorLength, limit);
    if (distance < last) this.#insert(a, b, distance);
    if (isPlain && distance < limit) this.#insert(b, a, distance);
  }

  #insert(owner: number, id: number, distance: number): void {
    const from = owner * kept;
    let place = from + kept - 1;
    for (let i = from; i < from + kept; i++) if (this.#ids[i] === id) return;
    if (distance >= this.#distances[place]!) return;
    for (; place > from && this.#distances[place - 1]! > distance; place--) {
      this.#distances[place] = this.#distances[place - 1]!;
      this.#ids[place] = this.#ids[place - 1]!;
    }
    this.#distances[place] = distance;
    this.#ids[place] = id;
  }

  matches(): KeypointMatch[] {
    const found: KeypointMatch[] = [];
    for (let from = 0; from < this.#count; from++) {
      for (let k = 0; k < this.#accepted(from); k++) {
        const id = this.#ids[from * kept + k]!;
        const mirrored = id >= this.#count;
        const distance = Math.sqrt(this.#distances[from * kept + k]!);
        found.push({ from, to: mirrored ? id - this.#count : id, mirrored, distance });
      }
    }
    return found;
  }

  /** How many of the nearest pass the generalised 2NN test. Neighbours at one place count once. */
  #accepted(owner: number): number {
    let last = 0;
    for (let k = 0; k < kept - 1 && this.#ids[owner * kept + k]! >= 0; k++) {
      let next = k + 1;
      while (next < kept && this.#isSamePlace(this.#ids[owner * kept + k]!, this.#ids[owner * kept + next]!)) next++;
      const further = next < kept ? this.#distances[owner * kept + next]! : largestDistance ** 2;
      if (this.#distances[owner * kept + k]! < largestRatio ** 2 * further) last = k + 1;
    }
    return last;
  }

  #isSamePlace(a: number, b: number): boolean {
    if (a < 0 || b < 0) return false;
    const { points } = this.#keypoints;
    const [p, q] = [points[a % this.#count]!, points[b % this.#count]!];
    return (p.x - q.x) ** 2 + (p.y - q.y) ** 2 < 64;
  }
}

/** Stops as soon as the sum exceeds the limit. */
function squaredDistance(values: Float32Array, from: number, to: number, limit: number): number {
  let sum = 0;
  for (let k = 0; k < descriptorLength && sum < limit; k += 8) {
    const [i, j] = [from + k, to + k];
    const d0 = values[i]! - values[j]!;
    const d1 = values[i + 1]! - values[j + 1]!;
    const d2 = values[i + 2]! - values[j + 2]!;
    const d3 = values[i + 3]! - values[j + 3]!;
    const d4 = values[i + 4]! - values[j + 4]!;
    const d5 = values[i + 5]! - values[j + 5]!;
    const d6 = values[i + 6]! - values[j + 6]!;
    const d7 = values[i + 7]! - values[j + 7]!;
    sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + (d4 * d4 + d5 * d5 + d6 * d6 + d7 * d7);
  }
  return sum;
}

/** Splits at the mean of one of the most varying dimensions, chosen at random, down to the leaves; reorders. */
function partition(indexes: Int32Array, lists: NeighbourLists, size: number, random: () => number): void {
  if (indexes.length <= size) {
    lists.compareAll(indexes);
    return;
  }
  const dimension = splitDimension(indexes, lists.descriptors, random);
  let sum = 0;
  const { descriptors } = lists;
  for (let i = 0; i < indexes.length; i++) sum += descriptors[indexes[i]! * descriptorLength + dimension]!;
  const middle = lowFirst(indexes, descriptors, dimension, sum / indexes.length);
  // Equal descriptors cannot be split: compare some of them.
  if (middle === 0 || middle === indexes.length) {
    lists.compareAll(indexes.subarray(0, 2 * leafSize));
    return;
  }
  partition(indexes.subarray(0, middle), lists, size, random);
  partition(indexes.subarray(middle), lists, size, random);
}

/** Puts descriptors below the limit first; returns their number. */
function lowFirst(indexes: Int32Array, descriptors: Float32Array, dimension: number, limit: number): number {
  let middle = 0;
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i]!;
    if (descriptors[index * descriptorLength + dimension]! >= limit) continue;
    indexes[i] = indexes[middle]!;
    indexes[middle++] = index;
  }
  return middle;
}

function splitDimension(indexes: Int32Array, descriptors: Float32Array, random: () => number): number {
  let [best, most] = [0, -1];
  for (let trial = 0; trial < splitDimensions; trial++) {
    const dimension = Math.floor(random() * descriptorLength);
    let [sum, squares] = [0, 0];
    const step = Math.max(1, Math.floor(indexes.length / 64));
    let count = 0;
    for (let i = 0; i < indexes.length; i += step, count++) {
      const value = descriptors[indexes[i]! * descriptorLength + dimension]!;
      sum += value;
      squares += value * value;
    }
    const variance = squares / count - (sum / count) ** 2;
    if (variance > most) [best, most] = [dimension, variance];
  }
  return best;
}
