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

/** A row's votes as segments: votes for one grid with gaps of at most {@link reach}. Linked per grid, left to right. */
interface RowSegments {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly next: Int32Array;
  readonly votes: Int32Array;
  readonly component: Int32Array;
  /** First segment of each of the 64 grids, or -1. */
  readonly head: Int32Array;
}

/**
 * Groups the votes into regions: two pixels with the same vote are in the same region when a chain of such pixels,
 * each at most {@link reach} from the next across and down, joins them (region growing of the ZERO paper, section 4).
 *
 * Works on one row of segments against the nine before it: inside a segment gaps are at most `reach`, so two segments
 * touch exactly when their extents do, and the result is that of growing pixel by pixel.
 *
 * @param minimumVotes Smaller regions are left out.
 * @returns Regions in the order of their first pixel.
 */
export function gridRegions({ width, height, data }: GridVotes, minimumVotes: number): GridRegion[] {
  const components = new Components();
  const ring = Array.from({ length: reach + 1 }, () => rowSegments(width));
  for (let y = 0; y < height; y++) {
    const row = ring[y % ring.length]!;
    splitRow(data, y * width, width, row);
    for (let grid = 0; grid < 64; grid++) {
      if (row.head[grid] === -1) continue;
      for (let above = Math.max(0, y - reach); above < y; above++) {
        join(row, ring[above % ring.length]!, grid, components);
      }
      components.add(row, grid, y);
    }
  }
  return components.regions(minimumVotes);
}

function rowSegments(width: number): RowSegments {
  const column = () => new Int32Array(width);
  return {
    first: column(),
    last: column(),
    next: column(),
    votes: column(),
    component: column(),
    head: new Int32Array(64).fill(-1),
  };
}

function splitRow(votes: Uint8Array, from: number, width: number, row: RowSegments): void {
  const open = new Int32Array(64).fill(-1);
  row.head.fill(-1);
  let count = 0;
  for (let x = 0; x < width; x++) {
    const grid = votes[from + x]!;
    if (grid === noVote) continue;
    const current = open[grid]!;
    if (current !== -1 && x - row.last[current]! <= reach) {
      row.last[current] = x;
      row.votes[current]!++;
      continue;
    }
    if (current === -1) row.head[grid] = count;
    else row.next[current] = count;
    row.first[count] = x;
    row.last[count] = x;
    row.next[count] = -1;
    row.votes[count] = 1;
    row.component[count] = -1;
    open[grid] = count++;
  }
}

/** Joins the segments of one grid that touch between two rows at most `reach` apart. */
function join(row: RowSegments, earlier: RowSegments, grid: number, components: Components): void {
  let a = row.head[grid]!;
  let b = earlier.head[grid]!;
  while (a !== -1 && b !== -1) {
    const endA = row.last[a]!;
    const endB = earlier.last[b]!;
    if (row.first[a]! - endB <= reach && earlier.first[b]! - endA <= reach) {
      row.component[a] = components.union(row.component[a]!, earlier.component[b]!);
    }
    if (endA < endB) a = row.next[a]!;
    else b = earlier.next[b]!;
  }
}

/** Disjoint sets with the number of votes and the bounding box of each. */
class Components {
  #count = 0;
  #parent = new Int32Array(1024);
  /** Six numbers for each component: grid, votes, left, top, right, bottom. */
  #facts = new Int32Array(6 * 1024);

  /** Adds the segments of one grid in row y to their components, new ones for those that touched nothing above. */
  add(row: RowSegments, grid: number, y: number): void {
    for (let segment = row.head[grid]!; segment !== -1; segment = row.next[segment]!) {
      if (row.component[segment] === -1) row.component[segment] = this.#create(grid, row.first[segment]!, y);
      const facts = this.#facts;
      const at = 6 * this.#root(row.component[segment]!);
      facts[at + 1]! += row.votes[segment]!;
      facts[at + 2] = Math.min(facts[at + 2]!, row.first[segment]!);
      facts[at + 4] = Math.max(facts[at + 4]!, row.last[segment]!);
      facts[at + 5] = y;
    }
  }

  /** Makes one of two components (the older stays); -1 stands for none. */
  union(a: number, b: number): number {
    const rootB = this.#root(b);
    if (a === -1) return rootB;
    const rootA = this.#root(a);
    if (rootA === rootB) return rootA;
    const [kept, gone] = rootA < rootB ? [rootA, rootB] : [rootB, rootA];
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

  regions(minimumVotes: number): GridRegion[] {
    const regions: GridRegion[] = [];
    for (let i = 0; i < this.#count; i++) {
      if (this.#parent[i] !== i || this.#facts[6 * i + 1]! < minimumVotes) continue;
      const [grid, votes, left, top, right, bottom] = this.#facts.subarray(6 * i, 6 * i + 6) as unknown as Facts;
      regions.push({ grid, votes, x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
    }
    return regions;
  }

  #create(grid: number, x: number, y: number): number {
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

  #grow(): void {
    const parent = new Int32Array(2 * this.#parent.length);
    parent.set(this.#parent);
    this.#parent = parent;
    const facts = new Int32Array(2 * this.#facts.length);
    facts.set(this.#facts);
    this.#facts = facts;
  }

  #root(of: number): number {
    const parent = this.#parent;
    let root = of;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }
}

type Facts = [grid: number, votes: number, left: number, top: number, right: number, bottom: number];
