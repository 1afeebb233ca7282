import { type GridVotes, noVote } from "./votes.ts";

/** Votes for the same grid at most this far apart, across and down, belong together (W in the ZERO paper). */
export const reach = 9;

/** Votes for one grid that hang together. */
export interface GridRegion {
  /** 8·(y mod 8) + (x mod 8) of the grid's block corners. */
  readonly grid: number;
  /** Pixels that voted. */
  readonly votes: number;
  /** Bounding box in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const gridCount = 64;
/** So wide that two votes in one stretch of columns are never too far apart across. */
const stretchWidth = reach + 1;
/** Row of a vote that was never cast. */
const never = -1 - reach;

/**
 * Groups the votes into regions: two pixels with the same vote are in the same region when a chain of such pixels,
 * each at most {@link reach} from the next across and down, joins them (region growing of the ZERO paper, section 4).
 *
 * Columns are divided into stretches of `reach + 1`. The votes of a stretch in the last `reach` rows belong together, so
 * that its latest one stands for them all, and a pixel has only three stretches to look at.
 *
 * @param minimumVotes Smaller regions are left out.
 * @returns Regions by top row, then by grid, then by the column of the first pixel.
 */
export function gridRegions({ width, height, data }: GridVotes, minimumVotes: number): GridRegion[] {
  const components = new Components();
  const latest = new LatestVotes(width, components);
  for (let y = 0, row = 0; y < height; y++, row += width) {
    for (let x = 0; x < width; ) {
      const grid = data[row + x]!;
      const first = x++;
      if (grid === noVote) continue;
      // Votes side by side in one stretch are as one.
      const end = Math.min(width, first - (first % stretchWidth) + stretchWidth);
      while (x < end && data[row + x] === grid) x++;
      latest.cast(grid, first, x - 1, y);
    }
  }
  return components.regions(minimumVotes);
}

/** The latest votes for each grid. */
class LatestVotes {
  readonly #components: Components;
  readonly #width: number;
  readonly #perGrid: number;
  /** Row and component of the latest vote for each grid in each stretch; one empty stretch at either end. */
  readonly #stretches: Int32Array;
  /** Row of the latest vote for each grid in each column. */
  readonly #rows: Int32Array;

  constructor(width: number, components: Components) {
    this.#components = components;
    this.#width = width;
    this.#perGrid = 2 * (Math.ceil(width / stretchWidth) + 2);
    this.#stretches = new Int32Array(gridCount * this.#perGrid).fill(never);
    this.#rows = new Int32Array(gridCount * width).fill(never);
  }

  /** Votes for a grid from one column to another of the same stretch. */
  cast(grid: number, first: number, last: number, y: number): void {
    const [stretches, components, rows] = [this.#stretches, this.#components, this.#rows];
    const stretch = (first / stretchWidth) | 0;
    const start = stretch * stretchWidth;
    const at = grid * this.#perGrid + 2 * (stretch + 1);
    const [earliest, row] = [y - reach, grid * this.#width];
    let own = stretches[at]! >= earliest ? components.root(stretches[at + 1]!) : -1;
    if (stretches[at - 2]! >= earliest) {
      const left = components.root(stretches[at - 1]!);
      if (left !== own && isSince(rows, row + first - reach, row + start, earliest)) own = components.union(own, left);
    }
    if (stretches[at + 2]! >= earliest) {
      const right = components.root(stretches[at + 3]!);
      const end = Math.min(this.#width, last + reach + 1);
      if (right !== own && isSince(rows, row + start + stretchWidth, row + end, earliest))
        own = components.union(own, right);
    }
    if (own === -1) own = components.create(grid, first, y);
    components.add(own, first, last, y);
    stretches[at] = y;
    stretches[at + 1] = own;
    for (let x = first; x <= last; x++) rows[row + x] = y;
  }
}

/** Whether a column from one to before another has a vote in the row `earliest` or later. */
function isSince(rows: Int32Array, from: number, to: number, earliest: number): boolean {
  for (let i = from; i < to; i++) if (rows[i]! >= earliest) return true;
  return false;
}

/** Disjoint sets with the number of votes and the bounding box of each. */
class Components {
  #count = 0;
  #parent = new Int32Array(1024);
  /** Six numbers for each component: grid, votes, left, top, right, bottom. */
  #facts = new Int32Array(6 * 1024);

  /** A new component that begins with a vote. */
  create(grid: number, x: number, y: number): number {
    if (this.#count === this.#parent.length) this.#grow();
    const created = this.#count++;
    this.#parent[created] = created;
    const facts = this.#facts;
    const at = 6 * created;
    facts[at] = grid;
    facts[at + 1] = 0;
    facts[at + 2] = facts[at + 4] = x;
    facts[at + 3] = facts[at + 5] = y;
    return created;
  }

  /** Adds votes from one column to another to a component, which is a root; rows come from top to bottom. */
  add(root: number, first: number, last: number, y: number): void {
    const facts = this.#facts;
    const at = 6 * root;
    facts[at + 1]! += last - first + 1;
    if (first < facts[at + 2]!) facts[at + 2] = first;
    if (last > facts[at + 4]!) facts[at + 4] = last;
    facts[at + 5] = y;
  }

  /** Makes one of two roots, the older; -1 stands for none. */
  union(a: number, b: number): number {
    if (a === -1) return b;
    const [kept, gone] = a < b ? [a, b] : [b, a];
    const facts = this.#facts;
    const [to, from] = [6 * kept, 6 * gone];
    facts[to + 1]! += facts[from + 1]!;
    facts[to + 2] = Math.min(facts[to + 2]!, facts[from + 2]!);
    facts[to + 3] = Math.min(facts[to + 3]!, facts[from + 3]!);
    facts[to + 4] = Math.max(facts[to + 4]!, facts[from + 4]!);
    facts[to + 5] = Math.max(facts[to + 5]!, facts[from + 5]!);
    this.#parent[gone] = kept;
    return kept;
  }

  /** The component that one has become part of. */
  root(of: number): number {
    const parent = this.#parent;
    let root = of;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }

  regions(minimumVotes: number): GridRegion[] {
    const regions: GridRegion[] = [];
    for (let i = 0; i < this.#count; i++) {
      if (this.#parent[i] !== i || this.#facts[6 * i + 1]! < minimumVotes) continue;
      const [grid, votes, left, top, right, bottom] = this.#facts.subarray(6 * i, 6 * i + 6) as unknown as Facts;
      regions.push({ grid, votes, x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
    }
    // Components are in the order of their first pixels.
    return regions.sort((a, b) => a.y - b.y || a.grid - b.grid);
  }

  #grow(): void {
    const parent = new Int32Array(2 * this.#parent.length);
    parent.set(this.#parent);
    this.#parent = parent;
    const facts = new Int32Array(2 * this.#facts.length);
    facts.set(this.#facts);
    this.#facts = facts;
  }
}

type Facts = [grid: number, votes: number, left: number, top: number, right: number, bottom: number];
