import type { Language } from "../vision/explanation.ts";
import { compressionArticles } from "./articles/compression.ts";
import { displayArticles } from "./articles/display.ts";
import { duplicationArticles } from "./articles/duplication.ts";
import { generationArticles } from "./articles/generation.ts";
import { noiseArticles } from "./articles/noise.ts";
import { provenanceArticles } from "./articles/provenance.ts";
import { referenceArticles } from "./articles/reference.ts";
import { remoteArticles } from "./articles/remote.ts";
import { topicArticlesByLanguage } from "./articles/topics.ts";
import type { CueArticle, TopicArticle } from "./cue-article.ts";

const families = [
  provenanceArticles,
  compressionArticles,
  noiseArticles,
  duplicationArticles,
  generationArticles,
  referenceArticles,
  remoteArticles,
  displayArticles,
];

/**
 * What every detector of ArtGuard means, its limits and its usual false alarms, in one language.
 *
 * @example
 * for (const { detector, falseAlarms } of cueArticles("en")) console.log(detector, falseAlarms);
 */
export function cueArticles(language: Language): readonly CueArticle[] {
  return families.flatMap((family) => family[language]);
}

/**
 * The article on one detector; absent for detectors that ArtGuard does not ship.
 *
 * @example
 * cueArticle("copy-move", "es")?.falseAlarms;
 */
export function cueArticle(detector: string, language: Language): CueArticle | undefined {
  return cueArticles(language).find((article) => article.detector === detector);
}

/**
 * What readers of any result should know: the score, the verdicts, messengers, appeal, coverage, the heat map.
 *
 * @example
 * const titles = topicArticles("es").map(({ title }) => title);
 */
export function topicArticles(language: Language): readonly TopicArticle[] {
  return topicArticlesByLanguage[language];
}
