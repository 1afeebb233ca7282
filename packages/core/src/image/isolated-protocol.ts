import type { Detector, DetectorSource } from "../detection/detector.ts";
import type { DetectorRun } from "../detection/run-detector.ts";
import type { ErrorRecord } from "../errors/artguard-error.ts";
import type { ImageInfo } from "./image-info.ts";
import type { ImageLimits } from "./image-limits.ts";
import type { ImageVariant } from "./image-variant.ts";
import type { PreprocessedImage } from "./preprocess-image.ts";
import type { Raster } from "./raster.ts";

/** A detector that may run in a child. */
export type IsolatedDetector = Detector & { readonly source: DetectorSource };

/** Asks a child to decode an image and to keep it; answered by `opened` or `refused`, after what else was asked for. */
export interface OpenRequest {
  readonly type: "open";
  readonly bytes: Uint8Array;
  readonly info: ImageInfo;
  readonly preprocess: boolean;
  /** Send the raster back, for detectors that run in the host. */
  readonly raster: boolean;
  /** Make this variant, send it back, and work on it. */
  readonly variant?: ImageVariant;
  readonly limits: ImageLimits;
}

/** Asks a child to run a detector on the image it keeps; answered by `detected` or `refused`. */
export interface DetectRequest {
  readonly type: "detect";
  readonly source: DetectorSource;
}

/** What the host says to a child; `close` lets it forget the image, and is not answered. */
export type HostMessage = OpenRequest | DetectRequest | { readonly type: "close" };

/** What a child answers. */
export type ChildMessage =
  | { readonly type: "decoded"; readonly elapsed_ms: number; readonly perceptual_hash?: string }
  | { readonly type: "preprocessed"; readonly image: PreprocessedImage }
  | { readonly type: "variant"; readonly bytes: Uint8Array; readonly info: ImageInfo }
  | { readonly type: "raster"; readonly raster: Raster }
  | { readonly type: "opened"; readonly peak_rss_bytes: number }
  | { readonly type: "detected"; readonly run: DetectorRun; readonly peak_rss_bytes: number }
  | { readonly type: "refused"; readonly error: ErrorRecord; readonly peak_rss_bytes: number };
