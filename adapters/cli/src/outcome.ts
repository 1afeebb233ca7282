import type { CompletedAnalysis, ErrorRecord, Verdict } from "@artguard/core";
import { verdicts } from "@artguard/core";

/** What became of one input. */
export type Outcome = Judged | Failed;

/** An input that was judged, with the files written for it. */
export interface Judged {
  readonly path: string;
  readonly analysis: CompletedAnalysis;
  /** Path of the heat map, when one was asked for. */
  readonly heatmap?: string;
  /** Path of the evidence page, when one was asked for and the time sufficed for its picture. */
  readonly report?: string;
}

/** An input that could not be judged. */
export interface Failed {
  readonly path: string;
  readonly error: ErrorRecord;
}

/** True for an input that could not be judged. */
export function isFailed(outcome: Outcome): outcome is Failed {
  return "error" in outcome;
}

/** Whether a verdict is `threshold` or more suspicious. */
export function reaches(verdict: Verdict, threshold: Verdict): boolean {
  return verdicts.indexOf(verdict) >= verdicts.indexOf(threshold);
}
