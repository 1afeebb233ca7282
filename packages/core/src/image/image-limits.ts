import { ArtGuardError } from "../errors/artguard-error.ts";

/** What an image may ask for; checked before anything is decoded. A value equal to its limit passes. */
export interface ImageLimits {
  /** Bytes of the file. */
  readonly maxBytes: number;
  /** Declared width × height. */
  readonly maxPixels: number;
  /** Declared frames or pages; only the first is ever decoded. */
  readonly maxFrames: number;
  /** Bytes of EXIF, XMP, IPTC, ICC, comments and text together. */
  readonly maxMetadataBytes: number;
}

/** The one table of limits: 64 MiB, 128 megapixels, 10 000 frames, 4 MiB of metadata. */
export const defaultImageLimits: ImageLimits = {
  maxBytes: 64 * 2 ** 20,
  maxPixels: 128e6,
  maxFrames: 10_000,
  maxMetadataBytes: 4 * 2 ** 20,
};

/**
 * The default limits with some replaced.
 *
 * @throws ArtGuardError `analysis.invalid-input` for a limit that is not a positive whole number.
 * @example
 * const limits = resolveLimits({ maxBytes: 10 * 2 ** 20 });
 */
export function resolveLimits(limits: Partial<ImageLimits> = {}): ImageLimits {
  const resolved = { ...defaultImageLimits, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new ArtGuardError("analysis.invalid-input", `limits.${name} must be a positive whole number, got ${value}`);
  }
  return resolved;
}

const limitErrors = {
  maxBytes: ["image.too-large", "bytes"],
  maxPixels: ["image.too-many-pixels", "pixels"],
  maxFrames: ["image.too-many-frames", "frames"],
  maxMetadataBytes: ["image.metadata-too-large", "bytes of metadata"],
} as const;

/** Refuses a value over its limit, naming both. @throws ArtGuardError `image.too-large` and its siblings */
export function assertWithin(limits: ImageLimits, name: keyof ImageLimits, value: number): void {
  const limit = limits[name];
  if (value <= limit) return;
  const [code, unit] = limitErrors[name];
  throw new ArtGuardError(code, `the image has ${value} ${unit}; the limit is ${limit}`, { details: { value, limit } });
}
