import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { JsonValue, NotApplicable, Observation } from "./detection.ts";

/** A measurement from elsewhere. */
export interface RemoteObservation {
  readonly status: "observed";
  /**
   * Its `statistic` is the remote model's own probability of forgery, 0–1; heat map and regions are in pixels of the
   * copy that was sent.
   */
  readonly observation: Observation;
  /** Version that the remote side reports; default that of the detector. */
  readonly version?: string;
  readonly cost_usd?: number;
}

/** The remote side is still at work; `handle` (JSON, no secret) gets the answer later. */
export interface Unfinished {
  readonly status: "unfinished";
  readonly handle: JsonValue;
}

/** How a remote detection ended. */
export type RemoteOutcome =
  | RemoteObservation
  | (Pick<NotApplicable, "reason"> & { readonly status: "not_applicable" })
  | Unfinished;

/**
 * A detector that runs elsewhere. It sees lane 2, the copy of at most 2048 px, never the original bytes; everything else
 * holds as for a {@link Detector}.
 */
export interface RemoteDetector {
  /** Stable kebab-case name; the spec's `model` knows `modal`. */
  readonly id: string;
  readonly version: string;
  readonly family: "remote-model";
  /**
   * @param options.signal Fires at the deadline: an accepted job then ends as `unfinished`, with its handle.
   * @param options.idempotencyKey The same for every attempt at the same image.
   * @throws ArtGuardError with a code of the technology's room.
   */
  detect(
    image: PreprocessedImage,
    options: { readonly signal: AbortSignal; readonly idempotencyKey: string },
  ): Promise<RemoteOutcome>;
  /** Asks for the answer of an unfinished job again, without running it again. */
  resume(handle: JsonValue, options: { readonly signal: AbortSignal }): Promise<RemoteOutcome>;
}
