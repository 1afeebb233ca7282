import type { Analysis } from "../analysis/analysis.ts";
import type { Language } from "../vision/explanation.ts";
import { explanationOf } from "../vision/template-explanation.ts";
import { authorWords, evidenceLines } from "./evidence-words.ts";
import { html, type Markup } from "./html.ts";
import { wordsOf } from "./words/words-of.ts";

/** The result in sentences; each can be opened to see the evidence that it rests on. @param language Of the page. */
export function explanationSection(analysis: Analysis, language: Language): Markup {
  const explanation = explanationOf(analysis);
  const { headings, explanation: words } = wordsOf(language);
  return html`<h2>${headings.explanation}</h2>
<ol class="explanation">${explanation.sentences.map(
    (sentence) => html`<li><details><summary lang="${explanation.language}">${sentence.text}</summary>
<ul>${evidenceLines(sentence, analysis, language).map((line) => html`<li><code>${line}</code></li>`)}</ul></details></li>`,
  )}</ol>
${explanation.warnings.map((warning) => html`<p>${words.warning} <span lang="${explanation.language}">${warning}</span></p>`)}
<p class="soft">${authorWords(explanation, language)} ${words.open}</p>`;
}
