import { languages } from "../vision/explanation.ts";
import { cueArticles, topicArticles } from "./cue-articles.ts";
import type { DocumentPassage } from "./document.ts";

/** The shipped articles as passages, one each; their sources are `artguard:<detector or topic>`. */
export function articlePassages(): DocumentPassage[] {
  return languages.flatMap((language) => [
    ...cueArticles(language).map(({ detector, title, meaning, limits, falseAlarms }) => ({
      source: `artguard:${detector}`,
      title,
      text: `${meaning} ${limits} ${falseAlarms}`,
      language,
    })),
    ...topicArticles(language).map(({ topic, title, text }) => ({
      source: `artguard:${topic}`,
      title,
      text,
      language,
    })),
  ]);
}
