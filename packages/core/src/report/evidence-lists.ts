import type { CompletedAnalysis, Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import { html, type Markup } from "./html.ts";
import { weightIn } from "./numbers.ts";
import type { ReportWords } from "./words/report-words.ts";

/** What speaks for forgery or only informs, and apart from it what speaks against: each with its limits. */
export function evidenceLists({ findings, counter_evidence = [] }: CompletedAnalysis, words: ReportWords): Markup {
  const { headings, evidence } = words;
  const others = findings.filter(({ weight }) => weight >= 0);
  return html`<h2>${headings.findings}</h2>
${others.length === 0 ? html`<p>${evidence.noFindings}</p>` : list(others, words)}
<h2>${headings.against}</h2>
${counter_evidence.length === 0 ? html`<p>${evidence.nothingAgainst}</p>` : list(counter_evidence, words)}`;
}

function list(items: readonly (Finding | CounterEvidence)[], words: ReportWords): Markup {
  const { evidence } = words;
  return html`<ul class="findings">${items.map(
    ({ claim, limitation, overturned_by, weight, detector, code }) => html`<li><strong>${claim}</strong><br>
${weightWords(weight, words)} <span class="soft">${evidence.limitation} ${limitation}
${overturned_by !== undefined && `${evidence.overturnedBy} ${overturned_by} `}<code>${
      code === undefined ? detector : `${detector}/${code}`
    }</code></span></li>`,
  )}</ul>`;
}

function weightWords(weight: number, words: ReportWords): string {
  const { evidence } = words;
  if (weight === 0) return evidence.informs;
  return weight > 0 ? evidence.forgery(weightIn(words, weight)) : evidence.authenticity(weightIn(words, weight));
}
