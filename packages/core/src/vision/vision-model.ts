import type { Detection, JsonValue, Region } from "../detection/detection.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { Language } from "./explanation.ts";
import type { Passage } from "./knowledge-base.ts";

/** A marked place, cut out of the copy that the model sees. */
export interface VisionCrop {
  /** Name under which the model cites it: `R1`, `R2`, … */
  readonly id: string;
  /** JPEG. */
  readonly bytes: Uint8Array;
  /** Where it lies, in pixels of the copy. */
  readonly region: Region;
}

/** What a model gets to look at and to explain. Nothing of it comes from the file's name or metadata. */
export interface VisionRequest {
  readonly requestId: string;
  readonly language: Language;
  /** Lane 2: at most 2048 px, sRGB, without metadata. */
  readonly image: PreprocessedImage;
  /** Strongest first. */
  readonly crops: readonly VisionCrop[];
  /** Of the other detectors, calibrated, without heat maps; regions and findings in the oriented image. */
  readonly evidence: readonly Detection[];
  /** Of a knowledge base, best first; cited as `K1`, `K2`, … */
  readonly passages: readonly Passage[];
}

/** A sentence or finding of a model and the names it cites: detector ids, crop ids `R1`…, passages `K1`… */
export interface VisionFinding {
  readonly claim: string;
  readonly direction: "forged" | "authentic" | "neutral";
  readonly limitation: string;
  readonly cites: readonly string[];
}

/** What a model may cost or did cost. */
export interface VisionUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

/** A checked answer. */
export interface VisionAnswer {
  readonly sentences: readonly { readonly text: string; readonly cites: readonly string[] }[];
  readonly findings: readonly VisionFinding[];
  /** The model's own guess that the picture is forged, 0–1; 0.5 is no opinion. Its weight is capped by the policy. */
  readonly likelihood: number;
  /** Text in the picture that reads like an order to the model; absent when it saw none. */
  readonly instruction?: string;
  readonly usage: VisionUsage;
  /** Model or profile, region, how the answer was structured, attempts: for the record. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

/**
 * A model that looks at the picture and explains the evidence. It does not decide: its opinion is bounded by the verdict
 * policy, and an answer that cites nothing known is refused.
 */
export interface VisionModel {
  /** Engine, as the spec's `model` names it (`bedrock`), kebab-case; also the id of its detection. */
  readonly id: string;
  /** Model id or inference profile. */
  readonly version: string;
  /**
   * What one call on a picture of this size would cost at most, before any call.
   *
   * @param image Pixels of the copy that would be sent.
   */
  estimate(image: { readonly width: number; readonly height: number }): VisionUsage;
  /**
   * @param options.signal Fires at the deadline; the call ends then.
   * @param options.onSentence Gets each sentence as soon as it is complete; provisional until the answer is checked.
   * @throws ArtGuardError `vision.*` or the engine's own codes; the local result stands then.
   */
  explain(
    request: VisionRequest,
    options: { readonly signal: AbortSignal; readonly onSentence?: ((text: string) => void) | undefined },
  ): Promise<VisionAnswer>;
}
