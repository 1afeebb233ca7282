import type { ForensicImage } from "@artguard/core";
import { ArtGuardError } from "@artguard/core";
import { openForensicImage, orientHash } from "@artguard/core/image";
import { cropHashes } from "../perceptual-hash/crop-hashes.ts";
import { upright } from "../raster/orient-raster.ts";
import { HashIndex } from "./hash-index.ts";
import type { KnownWorkCandidate, KnownWorks } from "./known-works.ts";

/** Gives the file of a work again when its pixels are needed. */
type ReadWork = () => Promise<Uint8Array> | Uint8Array;

/** Bytes of decoded originals that are kept for the next comparison; about 80 megapixels. */
const mostKeptBytes = 256 * 2 ** 20;

/**
 * A registry of known works in this process's memory: hashes of every original and of windows in it, so that cut copies
 * are found too. The originals used last stay decoded, up to 256 MiB; others are read again when one is needed. They are
 * decoded in this process: register only files that you trust.
 *
 * @example
 * const works = new MemoryKnownWorks();
 * await works.add("mona-lisa", () => readFile("originals/mona-lisa.jpg"));
 */
export class MemoryKnownWorks implements KnownWorks {
  readonly #index = new HashIndex<string>();
  readonly #bySha256 = new Map<string, string>();
  readonly #works = new Map<string, ReadWork>();
  /** Decoded originals, the one used longest ago first. */
  readonly #decoded = new Map<string, ForensicImage>();
  readonly #opening = new Map<string, Promise<ForensicImage>>();

  /** How many works are registered. */
  get size(): number {
    return this.#works.size;
  }

  /**
   * Registers an original.
   *
   * @param workId Any name; a second work of the same name is refused.
   * @param read Gives the bytes of the image file, now and when its pixels are compared and no longer kept.
   * @throws ArtGuardError `image.*` when it cannot be decoded, `analysis.invalid-input` when the name is taken.
   */
  async add(workId: string, read: ReadWork): Promise<void> {
    if (this.#works.has(workId))
      throw new ArtGuardError("analysis.invalid-input", `there already is a known work "${workId}"`);
    const image = await openForensicImage(await read());
    const { info, raster } = image;
    this.#works.set(workId, read);
    this.#keep(workId, image);
    this.#bySha256.set(info.sha256, workId);
    for (const hash of cropHashes(upright(raster, info.orientation))) this.#index.add(hash, workId);
  }

  async findIdentical(sha256: string): Promise<{ work_id: string } | undefined> {
    const work_id = this.#bySha256.get(sha256);
    return work_id === undefined ? undefined : { work_id };
  }

  async findSimilar(perceptualHash: string, distance: number): Promise<KnownWorkCandidate[]> {
    const nearest = new Map<string, KnownWorkCandidate>();
    for (const mirrored of [false, true]) {
      const hash = mirrored ? orientHash(perceptualHash, 2) : perceptualHash;
      for (const { value: work_id, distance: bits } of this.#index.find(hash, distance)) {
        if (bits < (nearest.get(work_id)?.distance ?? Number.POSITIVE_INFINITY))
          nearest.set(work_id, { work_id, distance: bits, mirrored });
      }
    }
    return [...nearest.values()].sort((a, b) => a.distance - b.distance);
  }

  /** @throws ArtGuardError `storage.not-found` */
  async open(workId: string): Promise<ForensicImage> {
    const kept = this.#decoded.get(workId);
    if (kept) return this.#keep(workId, kept);
    const read = this.#works.get(workId);
    if (!read) throw new ArtGuardError("storage.not-found", `there is no known work "${workId}"`);
    const opening = this.#opening.get(workId) ?? this.#decode(workId, read);
    this.#opening.set(workId, opening);
    return await opening;
  }

  async #decode(workId: string, read: ReadWork): Promise<ForensicImage> {
    try {
      return this.#keep(workId, await openForensicImage(await read()));
    } finally {
      this.#opening.delete(workId);
    }
  }

  /** Makes it the one used last, and forgets those used longest ago beyond the bound. */
  #keep(workId: string, image: ForensicImage): ForensicImage {
    this.#decoded.delete(workId);
    this.#decoded.set(workId, image);
    let bytes = [...this.#decoded.values()].reduce((sum, each) => sum + sizeOf(each), 0);
    for (const [oldest, each] of this.#decoded) {
      if (bytes <= mostKeptBytes) break;
      this.#decoded.delete(oldest);
      bytes -= sizeOf(each);
    }
    return image;
  }
}

function sizeOf({ bytes, raster }: ForensicImage): number {
  return bytes.byteLength + raster.data.byteLength;
}
