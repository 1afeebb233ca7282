import { latticeStep, type MomentField } from "./moment-field.ts";
import { momentCount } from "./zernike-moments.ts";

/** Where each node finds its like: the index of a node, −1 without one. */
export type NodeMatches = Int32Array;

const trees = 4;
const leafSize = 16;
const splitTrials = 4;
/** Twice there and back. */
const passes = 4;

/**
 * The most similar node of each node, approximately: PatchMatch as Cozzolino, Poggi and Verdoliva use it for copy-moves
 * ("Efficient dense-field copy-move forgery detection", IEEE TIFS 10(11), 2015, section III), with zero-order and
 * first-order prediction from the neighbours. Random guesses would seldom hit a small clone, so the field starts from
 * the leaves of randomised trees (He and Sun, "Computing nearest-neighbor fields via propagation-assisted kd-trees",
 * CVPR 2012). Cost: n log n with a small factor, then linear.
 *
 * @param leastShift Nodes nearer than this never match, pixels.
 */
export function matchMoments(field: MomentField, leastShift: number, random: () => number): NodeMatches {
  const search = new FieldSearch(field, leastShift / latticeStep);
  const nodes = Int32Array.from(field.isUsed.keys()).filter((node) => field.isUsed[node] === 1);
  for (let tree = 0; tree < trees; tree++) search.compareLeaves(nodes, random);
  for (let pass = 0; pass < passes; pass++) search.propagate(pass % 2 === 0 ? 1 : -1);
  return search.matches;
}

class FieldSearch {
  readonly matches: NodeMatches;
  readonly #field: MomentField;
  readonly #distances: Float32Array;
  readonly #nearest: number;

  constructor(field: MomentField, leastShift: number) {
    this.#field = field;
    this.#nearest = leastShift ** 2;
    this.matches = new Int32Array(field.isUsed.length).fill(-1);
    this.#distances = new Float32Array(field.isUsed.length).fill(Infinity);
  }

  /** Splits the nodes at the mean of a varying number, chosen at random, and compares all pairs of each leaf. */
  compareLeaves(nodes: Int32Array, random: () => number): void {
    if (nodes.length <= leafSize) {
      for (let i = 0; i < nodes.length; i++) {
        for (let j = i + 1; j < nodes.length; j++) {
          this.#offerEachOther(nodes[i]!, nodes[j]!);
        }
      }
      return;
    }
    const { dimension, mean } = this.#split(nodes, random);
    const middle = this.#lowFirst(nodes, dimension, mean);
    // Equal descriptions cannot be split.
    if (middle === 0 || middle === nodes.length) return;
    this.compareLeaves(nodes.subarray(0, middle), random);
    this.compareLeaves(nodes.subarray(middle), random);
  }

  #split(nodes: Int32Array, random: () => number): { dimension: number; mean: number } {
    const { moments } = this.#field;
    const every = Math.max(1, Math.floor(nodes.length / 64));
    let [dimension, mean, most] = [0, 0, -1];
    for (let trial = 0; trial < splitTrials; trial++) {
      const candidate = Math.floor(random() * momentCount);
      let [sum, squares, count] = [0, 0, 0];
      for (let i = 0; i < nodes.length; i += every, count++) {
        const value = moments[nodes[i]! * momentCount + candidate]!;
        sum += value;
        squares += value * value;
      }
      const variance = squares / count - (sum / count) ** 2;
      if (variance > most) [dimension, mean, most] = [candidate, sum / count, variance];
    }
    return { dimension, mean };
  }

  /** Puts the nodes below the limit first; returns their number. */
  #lowFirst(nodes: Int32Array, dimension: number, limit: number): number {
    const { moments } = this.#field;
    let middle = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      if (moments[node * momentCount + dimension]! >= limit) continue;
      nodes[i] = nodes[middle]!;
      nodes[middle++] = node;
    }
    return middle;
  }

  /** One pass over the field, down (1) or up (−1). */
  propagate(direction: 1 | -1): void {
    const { columns, rows, isUsed } = this.#field;
    const count = columns * rows;
    for (let k = 0; k < count; k++) {
      const node = direction === 1 ? k : count - 1 - k;
      if (isUsed[node] === 0) continue;
      const column = node % columns;
      const row = (node - column) / columns;
      this.#predict(node, column, row, direction, 0);
      this.#predict(node, column, row, 0, direction);
      this.#predict(node, column, row, direction, direction);
      this.#predict(node, column, row, -direction, direction);
    }
  }

  /** Offers what the neighbour at (−u, −v), and it together with the one behind it, would have here. */
  #predict(node: number, column: number, row: number, u: number, v: number): void {
    const { columns, rows } = this.#field;
    const [x, y] = [column - u, row - v];
    if (x < 0 || y < 0 || x >= columns || y >= rows) return;
    const match = this.matches[y * columns + x]!;
    if (match < 0) return;
    const mx = match % columns;
    const my = (match - mx) / columns;
    this.#offerAt(node, mx + u, my + v);
    const [x2, y2] = [x - u, y - v];
    if (x2 < 0 || y2 < 0 || x2 >= columns || y2 >= rows) return;
    const behind = this.matches[y2 * columns + x2]!;
    if (behind < 0) return;
    const bx = behind % columns;
    this.#offerAt(node, 2 * mx - bx, 2 * my - (behind - bx) / columns);
  }

  #offerAt(node: number, column: number, row: number): void {
    const { columns, rows, isUsed } = this.#field;
    if (column < 0 || row < 0 || column >= columns || row >= rows) return;
    const candidate = row * columns + column;
    if (isUsed[candidate] === 1 && candidate !== this.matches[node]) this.#offer(node, candidate);
  }

  #offerEachOther(a: number, b: number): void {
    if (this.#isNear(a, b)) return;
    const distance = this.#distance(a, b, Math.max(this.#distances[a]!, this.#distances[b]!));
    this.#keep(a, b, distance);
    this.#keep(b, a, distance);
  }

  #offer(node: number, candidate: number): void {
    if (this.#isNear(node, candidate)) return;
    this.#keep(node, candidate, this.#distance(node, candidate, this.#distances[node]!));
  }

  /** Keeps the candidate if it is more alike. */
  #keep(node: number, candidate: number, distance: number): void {
    if (distance >= this.#distances[node]!) return;
    this.#distances[node] = distance;
    this.matches[node] = candidate;
  }

  #isNear(a: number, b: number): boolean {
    const { columns } = this.#field;
    const [rowA, rowB] = [Math.floor(a / columns), Math.floor(b / columns)];
    const [dx, dy] = [a - rowA * columns - (b - rowB * columns), rowA - rowB];
    return dx * dx + dy * dy < this.#nearest;
  }

  /** Squared; stops as soon as the limit is exceeded. */
  #distance(a: number, b: number, limit: number): number {
    const { moments } = this.#field;
    const [from, to] = [a * momentCount, b * momentCount];
    let sum = 0;
    for (let k = 0; k < momentCount && sum < limit; k++) {
      const difference = moments[from + k]! - moments[to + k]!;
      sum += difference * difference;
    }
    return sum;
  }
}
