import type { StabilityReport, StabilityVariant } from "../analysis/stability.ts";
import { html, type Markup } from "./html.ts";
import { numberIn } from "./numbers.ts";
import type { ReportWords } from "./words/report-words.ts";

/** Whether the verdict outlives a messenger app; nothing when it was not probed. */
export function stabilitySection(report: StabilityReport | undefined, words: ReportWords): Markup {
  if (!report) return html``;
  const { headings, stability, verdicts } = words;
  const { summary, variants, baseline, not_probed } = report;
  const caption = stability.caption(verdicts[baseline.verdict], numberIn(words, baseline.forgery_score));
  return html`<h2>${headings.stability}</h2>
<p>${summary}</p>
<div class="table"><table><caption>${caption}</caption>
<thead><tr>${stability.columns.map(
    (column, index) => html`<th scope="col"${index === 2 && html` class="number"`}>${column}</th>`,
  )}</tr></thead><tbody>${variants.map((variant) => row(variant, words))}</tbody></table></div>
${not_probed.length > 0 && html`<p class="soft">${stability.notProbed} ${not_probed.join(", ")}.</p>`}`;
}

function row({ description, status, comparison, error }: StabilityVariant, words: ReportWords): Markup {
  const { stability, verdicts } = words;
  if (!comparison) {
    const outcome = status === "failed" ? stability.failed : stability.notReached;
    return html`<tr><th scope="row">${description}</th><td>${outcome}${error && `: ${words.detectors.error(error)}`}</td>
<td class="number">–</td><td>${stability.notKnown}</td></tr>`;
  }
  const { verdict, forgery_score, findings } = comparison;
  const died = findings.died.map(({ detector, code, because }) => `${detector}/${code}: ${because}`);
  const unknown = findings.unknown.map(({ detector, code }) => `${detector}/${code}: ${stability.unfinished}`);
  return html`<tr><th scope="row">${description}</th><td>${verdicts[verdict]}${status === "incomplete" && stability.incomplete}</td>
<td class="number">${numberIn(words, forgery_score)}</td><td>${[...died, ...unknown].join(" ") || stability.none}</td></tr>`;
}
