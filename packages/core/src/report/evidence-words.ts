import type { Analysis, Finding } from "../analysis/analysis.ts";
import { type CitedEvidence, citedEvidence } from "../vision/cited-evidence.ts";
import type { Explanation, Language } from "../vision/explanation.ts";
import { numberIn, weightIn } from "./numbers.ts";
import type { ReportWords } from "./words/report-words.ts";
import { wordsOf } from "./words/words-of.ts";

/**
 * The evidence under a sentence of an explanation, one line each; a place is told once, beside the finding that has it.
 *
 * @param language Of the lines; default English.
 */
export function evidenceLines(
  { cites }: Explanation["sentences"][number],
  analysis: Analysis,
  language: Language = "en",
): string[] {
  const words = wordsOf(language);
  const evidence = cites.flatMap((cite) => citedEvidence(cite, analysis));
  const places = new Set(
    evidence.flatMap((each) => (each.kind === "finding" && each.region ? place(each.region, words) : [])),
  );
  return evidence.map((each) => evidenceWords(each, words)).filter((line) => !places.has(line));
}

function evidenceWords(evidence: CitedEvidence, words: ReportWords): string {
  const { explanation, detectors } = words;
  switch (evidence.kind) {
    case "assessment": {
      const { forgery_score = 0, verdict = "", policy_version = "" } = evidence;
      return explanation.score(numberIn(words, forgery_score), verdict, policy_version);
    }
    case "finding": {
      const { detector, code, weight, region } = evidence;
      const said = [`${detector}/${code}`, explanation.weight(weightIn(words, weight))];
      return [...said, ...(region ? [place(region, words)] : [])].join(", ");
    }
    case "silence":
      return [evidence.detector, explanation.noFinding, explanation.weight(weightIn(words, evidence.weight))].join(
        ", ",
      );
    case "detector": {
      const { detector, status, reason } = evidence;
      const outcome = status === undefined ? [] : [detectors.outcomes[status]];
      return [detector, ...outcome, ...(reason === undefined ? [] : [reason])].join(", ");
    }
    case "region":
      return place(evidence.region, words);
    case "passage": {
      const title = evidence.title === undefined ? "" : `“${evidence.title}” `;
      const { score } = evidence;
      return `${title}${evidence.source}${score === undefined ? "" : `, ${explanation.passageScore(numberIn(words, score, 2))}`}`;
    }
  }
}

/** Who wrote an explanation, and in which language. @param language Of the words; default English. */
export function authorWords(
  { author, language: written }: Pick<Explanation, "author" | "language">,
  language: Language = "en",
): string {
  const { explanation } = wordsOf(language);
  const writer = author === "template" ? explanation.byTemplate : explanation.byModel(author);
  return `${writer}, ${explanation.inLanguage[written]}.`;
}

function place({ x, y, width, height }: NonNullable<Finding["region"]>, { explanation }: ReportWords): string {
  return explanation.place(width, height, x, y);
}
