import { hash } from "node:crypto";

/** Hash trees of RFC 9162 (Certificate Transparency 2.0), §2.1: SHA-256, leaves and nodes told apart by their first byte. */
export type Hash = Buffer;

const [leafPrefix, nodePrefix] = [Buffer.of(0), Buffer.of(1)];

/** The root of a tree without leaves. */
export const emptyRoot: Hash = sha256(Buffer.alloc(0));

export function sha256(bytes: Uint8Array): Hash {
  return hash("sha256", bytes, "buffer");
}

/**
 * `SHA-256(0x00 || leaf)`.
 *
 * @example
 * const hash = leafHash(bytes);
 */
export function leafHash(leaf: Uint8Array): Hash {
  return sha256(Buffer.concat([leafPrefix, leaf]));
}

/** `SHA-256(0x01 || left || right)`. */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(Buffer.concat([nodePrefix, left, right]));
}

/**
 * The right edge of a growing tree: the roots of the full subtrees that make up its leaves, largest first. It is all that
 * is needed to append and to know the root: at most 53 hashes for any number of leaves.
 */
export class MerkleEdge {
  #size: number;
  readonly #nodes: Hash[];

  constructor(size = 0, nodes: readonly Hash[] = []) {
    this.#size = size;
    this.#nodes = [...nodes];
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  get nodes(): readonly Hash[] {
    return this.#nodes;
  }

  copy(): MerkleEdge {
    return new MerkleEdge(this.#size, this.#nodes);
  }

  append(leaf: Hash): void {
    this.#nodes.push(leaf);
    this.#size += 1;
    // One merge for each full subtree that the new leaf completes.
    for (let rest = this.#size; rest % 2 === 0; rest /= 2) {
      const right = this.#nodes.pop()!;
      this.#nodes.push(nodeHash(this.#nodes.pop()!, right));
    }
  }

  root(): Hash {
    if (this.#nodes.length === 0) return emptyRoot;
    return this.#nodes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Whether there are as many subtrees as a tree of this size has. */
  get isWhole(): boolean {
    return this.#nodes.length === subtreesOf(this.#size).length && this.#nodes.every(({ length }) => length === 32);
  }
}

/** The full subtrees of a tree of this size, largest first. */
function subtreesOf(size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  for (let start = 0; start < size; ) {
    const width = largestPower(size - start);
    ranges.push({ start, end: start + width });
    start += width;
  }
  return ranges;
}

/** The leaves `start` to `end`, without `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The subtrees whose roots prove that leaf `index` is in the tree of `size` leaves, in the proof's order (RFC 9162,
 * §2.1.3.1).
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    ranges.push(index < middle ? { start: middle, end } : { start, end: middle });
    if (index < middle) end = middle;
    else start = middle;
  }
  return ranges.reverse();
}

/**
 * The subtrees whose roots prove that the tree of `size` leaves begins with the tree of `oldSize`, in the proof's order
 * (RFC 9162, §2.1.4.1).
 *
 * @param oldSize From 1 to `size`.
 */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end > oldSize) {
    const middle = start + splitOf(end - start);
    ranges.push(oldSize <= middle ? { start: middle, end } : { start, end: middle });
    if (oldSize <= middle) end = middle;
    else start = middle;
  }
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** Largest power of two below `width`. */
function splitOf(width: number): number {
  return largestPower(width - 1);
}

/** Largest power of two not above `width`. */
function largestPower(width: number): number {
  let power = 1;
  while (power * 2 <= width) power *= 2;
  return power;
}

/** What a proof of inclusion is checked against. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Hash;
  readonly root: Hash;
}

/**
 * Whether the proof shows that the leaf is at `index` of the tree with this root (RFC 9162, §2.1.3.2).
 *
 * @example
 * const [only] = [leafHash(bytes)];
 * verifyInclusion({ index: 0, size: 1, leafHash: only, root: only }, []); // true
 */
export function verifyInclusion(
  { index, size, leafHash: leaf, root }: InclusionClaim,
  proof: readonly Hash[],
): boolean {
  if (!areSizes(index, size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  const path = new PathToRoot(index, size - 1);
  let found = leaf;
  for (const sibling of proof) {
    if (path.isAtRoot) return false;
    found = path.isRightChild ? nodeHash(sibling, found) : nodeHash(found, sibling);
    path.climb();
  }
  return path.isAtRoot && found.equals(root);
}

/** What a proof of consistency is checked against. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Hash;
  readonly size: number;
  readonly root: Hash;
}

/**
 * Whether the proof shows that the tree of `size` leaves begins with the one of `oldSize` leaves (RFC 9162, §2.1.4.2). An
 * empty tree begins every other; its proof is empty.
 *
 * @example
 * const root = leafHash(bytes);
 * verifyConsistency({ oldSize: 1, oldRoot: root, size: 1, root }, []); // true
 */
export function verifyConsistency(claim: ConsistencyClaim, proof: readonly Hash[]): boolean {
  const { oldSize, oldRoot, size, root } = claim;
  if (!areSizes(oldSize, size) || oldSize > size || !areHashes([oldRoot, root, ...proof])) return false;
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  if (oldSize === 0) return proof.length === 0 && oldRoot.equals(emptyRoot);
  const isFull = largestPower(oldSize) === oldSize;
  const [first, ...rest] = isFull ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  const path = PathToRoot.ofLastSubtree(oldSize, size);
  let [foundOld, found] = [first, first];
  for (const sibling of rest) {
    if (path.isAtRoot) return false;
    if (path.isRightChild) {
      foundOld = nodeHash(sibling, foundOld);
      found = nodeHash(sibling, found);
    } else found = nodeHash(found, sibling);
    path.climb();
  }
  return path.isAtRoot && foundOld.equals(oldRoot) && found.equals(root);
}

/** The way from a node up to the root; the position of the node and of the last one of its level. */
class PathToRoot {
  #position: number;
  #last: number;

  constructor(position: number, last: number) {
    this.#position = position;
    this.#last = last;
  }

  /** From the last full subtree of a tree of `oldSize` leaves inside one of `size`. */
  static ofLastSubtree(oldSize: number, size: number): PathToRoot {
    const path = new PathToRoot(oldSize - 1, size - 1);
    while (path.#position % 2 === 1) path.#rise();
    return path;
  }

  get isAtRoot(): boolean {
    return this.#last === 0;
  }

  /** Also the last node of a level: it has no right sibling and meets the next left one, maybe further up. */
  get isRightChild(): boolean {
    return this.#position % 2 === 1 || this.#position === this.#last;
  }

  climb(): void {
    while (this.#position % 2 === 0 && this.#position === this.#last && !this.isAtRoot) this.#rise();
    this.#rise();
  }

  #rise(): void {
    this.#position = Math.floor(this.#position / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}

function areSizes(...sizes: readonly number[]): boolean {
  return sizes.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function areHashes(hashes: readonly Hash[]): boolean {
  return hashes.every((candidate) => candidate.length === 32);
}

/**
 * The roots of some subtrees, found in one pass over the leaves and in memory in proportion to the number of subtrees.
 *
 * @param leaves Leaf hashes from `edge.size` on, at least to the end of the last range.
 * @param edge What is known of the leaves before; each range must be {@link isKnown} with it.
 */
export async function hashRanges(
  ranges: readonly LeafRange[],
  leaves: AsyncIterable<Hash>,
  edge = new MerkleEdge(),
): Promise<Hash[]> {
  const growing = ranges.map((range) => ({ ...range, edge: seedOf(range, edge) }));
  let index = edge.size;
  for await (const leaf of leaves) {
    for (const { start, end, edge } of growing) if (index >= start && index < end) edge.append(leaf);
    index += 1;
  }
  return growing.map((range) => range.edge.root());
}

/** Whether the root of a range can be found when of the leaves before only the edge is known. */
export function isKnown(range: LeafRange, edge: MerkleEdge): boolean {
  const covered = Math.min(range.end, edge.size) - range.start;
  return covered <= 0 || seedOf(range, edge).size === covered;
}

/** The subtrees of the edge that lie in the range. */
function seedOf({ start, end }: LeafRange, edge: MerkleEdge): MerkleEdge {
  const known = subtreesOf(edge.size).flatMap((subtree, index) => {
    const inside = subtree.start >= start && subtree.end <= end;
    return inside ? [{ ...subtree, node: edge.nodes[index]! }] : [];
  });
  const size = known.reduce((sum, subtree) => sum + subtree.end - subtree.start, 0);
  return new MerkleEdge(
    size,
    known.map(({ node }) => node),
  );
}
