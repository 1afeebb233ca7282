import type { Verdict } from "../../fusion/verdict.ts";
import type { Language } from "../../vision/explanation.ts";
import { english } from "./english.ts";
import type { ReportWords } from "./report-words.ts";
import { spanish } from "./spanish.ts";

const words: Readonly<Record<Language, ReportWords>> = { en: english, es: spanish };

/** The words of a language. */
export function wordsOf(language: Language): ReportWords {
  return words[language];
}

/** A verdict as a person would say it. */
export function verdictWords(verdict: Verdict, language: Language = "en"): string {
  return words[language].verdicts[verdict];
}
