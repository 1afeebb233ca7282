import { type Analysis, explanationOf } from "@artguard/core";
import { authorWords, evidenceLines } from "../evidence-words.ts";
import { html, type Markup } from "./html.ts";

/** The result in sentences; each can be opened to see the evidence that it rests on. */
export function explanationSection(analysis: Analysis): Markup {
  const explanation = explanationOf(analysis);
  const { sentences, warnings, language } = explanation;
  return html`<h2>Explanation</h2>
<ol class="explanation">${sentences.map(
    (sentence) => html`<li><details><summary lang="${language}">${sentence.text}</summary>
<ul>${evidenceLines(sentence, analysis).map((line) => html`<li><code>${line}</code></li>`)}</ul></details></li>`,
  )}</ol>
${warnings.map((warning) => html`<p>Warning: <span lang="${language}">${warning}</span></p>`)}
<p class="soft">${authorWords(explanation)} Open a sentence to see the evidence that it rests on.</p>`;
}
