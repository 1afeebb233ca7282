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

/** Articles on the same cues in every language. */
export type CueArticles = Readonly<Record<Language, readonly CueArticle[]>>;

/** What a reader of any result has to know, whichever cues spoke. */
export interface TopicArticle {
  /** Kebab-case name; no detector has it. */
  readonly topic: string;
  readonly title: string;
  readonly text: string;
}
