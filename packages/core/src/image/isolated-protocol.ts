import type { Detector, DetectorSource } from "../detection/detector.ts";
import type { DetectorRun } from "../detection/run-detector.ts";
import type { ErrorRecord } from "../errors/artguard-error.ts";
import type { ImageInfo } from "./image-info.ts";
import type { ImageLimits } from "./image-limits.ts";
import type { ImageVariant } from "./image-variant.ts";
import type { PreprocessedImage } from "./preprocess-image.ts";
import type { Raster } from "./raster.ts";

/** What the host asks of a child. */
export interface ExamineRequest {
  readonly bytes: Uint8Array;
  readonly info: ImageInfo;
  readonly detectors: readonly (Pick<Detector, "id"> & { readonly source: DetectorSource })[];
  readonly preprocess: boolean;
  /** Send the raster back, for detectors that run in the host. */
  readonly raster: boolean;
  /** Make this variant, send it back, and work on it. */
  readonly variant?: ImageVariant;
  readonly limits: ImageLimits;
}

/** What a child answers; `done` or `refused` is the last message of a request. */
export type ChildMessage =
  | { readonly type: "decoded"; readonly elapsed_ms: number; readonly perceptual_hash?: string }
  | { readonly type: "preprocessed"; readonly image: PreprocessedImage }
  | { readonly type: "variant"; readonly bytes: Uint8Array; readonly info: ImageInfo }
  | { readonly type: "raster"; readonly raster: Raster }
  | { readonly type: "detector_started"; readonly id: string }
  | { readonly type: "detected"; readonly run: DetectorRun }
  | { readonly type: "refused"; readonly error: ErrorRecord }
  | { readonly type: "done"; readonly peak_rss_bytes: number };
