/** The formats that may be decoded. */
export const imageFormats = ["jpeg", "png", "webp", "tiff", "avif", "gif"] as const;
/** One of {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number];

/** What can be said of an image without decoding its pixels. */
export interface ImageInfo {
  /** From the magic bytes, never from the file name. */
  readonly format: ImageFormat;
  /** e.g. `image/jpeg`. */
  readonly content_type: string;
  readonly size_bytes: number;
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256: string;
  /** Stored pixels, before EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** Frames or pages the file declares; the first one is analysed. */
  readonly frames: number;
  /** EXIF orientation 1–8; 1 when absent or invalid. */
  readonly orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** Bytes of EXIF, XMP, IPTC, ICC, comments and text chunks together. */
  readonly metadata_bytes: number;
  readonly has_exif: boolean;
  readonly has_icc: boolean;
}
