import { hammingDistance } from "@artguard/core/image";

/** A hash that was found, and what it stands for. */
export interface HashNeighbour<Value> {
  readonly value: Value;
  readonly distance: number;
}

const bytesPerHash = 8;

/**
 * Finds 64-bit hashes within a Hamming distance without looking at all of them: two hashes that differ in at most d bits
 * have one of their 8 bytes within floor(d / 8) bits, so that only the buckets of such bytes are read.
 *
 * Norouzi, Punjani, Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012, section 3.
 */
export class HashIndex<Value> {
  readonly #entries: { hash: string; value: Value }[] = [];
  readonly #buckets = Array.from({ length: bytesPerHash }, () => new Map<number, number[]>());

  add(hash: string, value: Value): void {
    const entry = this.#entries.push({ hash, value }) - 1;
    for (const [position, byte] of bytesOf(hash).entries()) {
      const bucket = this.#buckets[position]!.get(byte);
      if (bucket) bucket.push(entry);
      else this.#buckets[position]!.set(byte, [entry]);
    }
  }

  /** All entries within `distance` bits of `hash`, nearest first. */
  find(hash: string, distance: number): HashNeighbour<Value>[] {
    const found = new Map<number, number>();
    const radius = Math.floor(distance / bytesPerHash);
    for (const [position, byte] of bytesOf(hash).entries()) {
      for (const [other, entries] of this.#buckets[position]!) {
        if (onesOfByte(byte ^ other) > radius) continue;
        for (const entry of entries) {
          if (!found.has(entry)) found.set(entry, hammingDistance(hash, this.#entries[entry]!.hash));
        }
      }
    }
    return [...found]
      .filter(([, bits]) => bits <= distance)
      .map(([entry, bits]) => ({ value: this.#entries[entry]!.value, distance: bits }))
      .sort((a, b) => a.distance - b.distance);
  }
}

function bytesOf(hash: string): number[] {
  return Array.from({ length: bytesPerHash }, (_, i) => Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16));
}

function onesOfByte(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
