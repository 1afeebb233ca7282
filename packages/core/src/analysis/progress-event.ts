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
  /** The copy was sent to a remote detector or a vision model. */
  | { readonly type: "remote_started"; readonly detector: string }
  /** A local or remote detector or the vision model ended. */
  | { readonly type: "detected"; readonly detection: Detection }
  /** A sentence of a vision model, as soon as it is complete; provisional until its whole answer is checked. */
  | { readonly type: "explaining"; readonly text: string }
  | { readonly type: "completed"; readonly analysis: CompletedAnalysis };
