import type { Language } from "../vision/explanation.ts";

/** What one forensic cue means, for readers who are no experts. Whole sentences. */
export interface CueArticle {
  /** Id of the detector. */
  readonly detector: string;
  readonly title: string;
  /** What the cue looks at and what a hit means; one or two sentences. */
  readonly meaning: string;
  /** What it cannot show. */
  readonly limits: string;
  /** What untouched pictures set it off. */
  readonly falseAlarms: string;
}

/** The articles of one language, by detector. */
export type CueArticles = Readonly<Record<Language, readonly CueArticle[]>>;
