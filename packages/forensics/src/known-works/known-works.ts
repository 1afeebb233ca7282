import type { ForensicImage } from "@artguard/core";

/** A picture that a {@link KnownWorks} takes for similar, before anybody compared the pixels. */
export interface KnownWorkCandidate {
  readonly work_id: string;
  /** Bits of 64 in which the nearest hashes differ. */
  readonly distance: number;
  /** The nearest hash is that of the mirrored work. */
  readonly mirrored: boolean;
}

/** A registry of originals: pictures that are known to be as their makers left them. */
export interface KnownWorks {
  /** The work whose file has this lower-case hex SHA-256. */
  findIdentical(sha256: string): Promise<{ readonly work_id: string } | undefined>;
  /**
   * Works near a perceptual hash (16 hexadecimal digits, of the upright picture), nearest first.
   *
   * @param distance Most bits of 64 that may differ.
   */
  findSimilar(perceptualHash: string, distance: number): Promise<KnownWorkCandidate[]>;
  /** The original of a work; its pixels are compared with the image in question. */
  open(workId: string): Promise<ForensicImage>;
}
