import type { Detector } from "../detection/detector.ts";
import type { DetectorRun } from "../detection/run-detector.ts";
import type { ImageInfo } from "./image-info.ts";
import type { ImageLimits } from "./image-limits.ts";
import type { ImageVariant } from "./image-variant.ts";
import type { PreprocessedImage } from "./preprocess-image.ts";

/** What happens while an image is examined, in order. Every detector ends in exactly one `detected`. */
export type ExaminationEvent =
  | { readonly type: "inspected"; readonly info: ImageInfo }
  /** `perceptual_hash` as in the analysis record; absent for a picture too flat to have one. */
  | { readonly type: "decoded"; readonly elapsed_ms: number; readonly perceptual_hash?: string }
  | { readonly type: "preprocessed"; readonly image: PreprocessedImage }
  | { readonly type: "detector_started"; readonly id: string }
  | { readonly type: "detected"; readonly run: DetectorRun };

/** What to do with an image. */
export interface ExaminationOptions {
  readonly detectors: readonly Detector[];
  /** Milliseconds from the start of work (waiting for a free child does not count) to the last event. */
  readonly deadlineMs: number;
  readonly limits: ImageLimits;
  /** Also make the copy for people and models. */
  readonly preprocess?: boolean;
  /** Let the detectors see this variant of the image instead of the image; `inspected` tells of the image itself. */
  readonly variant?: ImageVariant;
  readonly signal?: AbortSignal;
}

/**
 * Inspects, decodes and measures one image. A detector that throws, crashes or overruns costs only its own result:
 * one detector may use at most half of the time that is left while others wait.
 */
export interface Examiner extends AsyncDisposable {
  /**
   * @throws ArtGuardError `image.*` when the image cannot be judged; `image.decode-timeout` and
   * `image.decoder-crashed` when its decoder was stopped or ended.
   * @throws the signal's reason once it fired.
   */
  examine(bytes: Uint8Array, options: ExaminationOptions): AsyncIterable<ExaminationEvent>;
}
