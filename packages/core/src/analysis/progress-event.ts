import type { Detection } from "../detection/detection.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { CompletedAnalysis } from "./analysis.ts";

/** What happens during one analysis, in order; the last event is `completed`. */
export type ProgressEvent =
  | { readonly type: "created"; readonly request_id: string }
  | { readonly type: "inspected"; readonly info: ImageInfo }
  /** `perceptual_hash` as in the record. */
  | { readonly type: "decoded"; readonly elapsed_ms: number; readonly perceptual_hash?: string }
  /** Only when the caller asked for the preview: the copy of at most 2048 px that may leave the forensic lane. */
  | { readonly type: "preprocessed"; readonly image: PreprocessedImage }
  | { readonly type: "detector_started"; readonly detector: string }
  | { readonly type: "detected"; readonly detection: Detection }
  | { readonly type: "completed"; readonly analysis: CompletedAnalysis };
