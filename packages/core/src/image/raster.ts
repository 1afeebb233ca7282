/** Decoded pixels: 8 bits per sample, rows top to bottom, samples interleaved, alpha removed. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1 = grey, 3 = RGB as stored (no colour management). */
  readonly channels: 1 | 3;
  /** `width · height · channels` samples. */
  readonly data: Uint8Array;
}
