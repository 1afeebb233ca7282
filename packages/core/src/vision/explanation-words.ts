import type { StabilityReport } from "../analysis/stability.ts";
import type { Region } from "../detection/detection.ts";
import type { Verdict } from "../fusion/verdict.ts";
import { englishWords } from "./english-words.ts";
import type { Language } from "./explanation.ts";
import { spanishWords } from "./spanish-words.ts";

/** A finding or a piece of counter evidence, as far as a sentence needs it. */
export interface SpokenEvidence {
  readonly detector: string;
  /** Absent when the detector could judge and found nothing. */
  readonly code?: string | undefined;
  /** English. */
  readonly claim: string;
  readonly limitation: string;
  readonly overturned_by?: string | undefined;
  readonly weight: number;
  /** In pixels of the oriented image. */
  readonly region?: Region | undefined;
}

/** What explanations are written with; whole sentences unless it says otherwise. */
export interface ExplanationWords {
  /** @param score 0–100, whole. */
  verdict(score: number, verdict: Verdict): string;
  /** What a reason code means. */
  reason(code: string): string;
  /** What was seen. Without the label of its side. */
  evidence(evidence: SpokenEvidence): string;
  /** The same of a vision model, whose own words may be in another language. */
  seen(evidence: SpokenEvidence): string;
  /** A finding in its parts: what was seen, and its limits. What would overturn it is undefined where nobody says so. */
  finding(evidence: SpokenEvidence): Required<Pick<SpokenEvidence, "claim" | "limitation" | "overturned_by">>;
  /** Why a detector does not apply. */
  unsuitable(reason: string): string;
  stability(report: StabilityReport): StabilityReport;
  /** Labels of the two sides, before a sentence. */
  readonly supports: string;
  readonly opposes: string;
  /** Of detectors that raise the score without a finding. With its label. */
  leaning(detectors: readonly string[]): string;
  /** Of detectors that looked and found nothing. Without the label of its side. */
  silent(detectors: readonly string[]): string;
  readonly noFinding: string;
  readonly instruction: string;
  /** @param titles Of documents, in quotation marks. */
  furtherReading(titles: readonly string[]): string;
  /** @param count Sentences and findings of a model that were thrown away, at least 1. */
  uncited(count: number): string;
}

const words: Readonly<Record<Language, ExplanationWords>> = { en: englishWords, es: spanishWords };

/** The words of a language. */
export function wordsIn(language: Language): ExplanationWords {
  return words[language];
}

/**
 * What a reason code means, in one sentence; one that is not known is named.
 *
 * @param language Default English.
 * @example
 * for (const reason of analysis.reasons ?? []) console.log(reasonSentence(reason, "es"));
 */
export function reasonSentence(reason: string, language: Language = "en"): string {
  return wordsIn(language).reason(reason);
}
