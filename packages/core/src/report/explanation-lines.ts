import type { Analysis } from "../analysis/analysis.ts";
import type { Explanation } from "../vision/explanation.ts";
import { authorWords, evidenceLines } from "./evidence-words.ts";

/**
 * An explanation as lines of plain text, in its language: each sentence with the evidence under it, indented by four spaces;
 * then an empty line, the warnings and who wrote it. Words of others are as they came: a terminal wants them without control
 * characters.
 *
 * @example
 * console.log(explanationLines(explanationOf(analysis, "es"), analysis).join("\n"));
 */
export function explanationLines(explanation: Explanation, analysis: Analysis): string[] {
  const { language, sentences, warnings } = explanation;
  return [
    ...sentences.flatMap((sentence) => [
      sentence.text,
      ...evidenceLines(sentence, analysis, language).map((line) => `    ${line}`),
    ]),
    "",
    ...warnings.map((warning) => `warning: ${warning}`),
    authorWords(explanation, language),
  ];
}
