import { basename } from "node:path";
import { isFailed, type Outcome } from "../outcome.ts";
import { html, type Markup } from "./html.ts";
import { page } from "./page.ts";
import { verdictWords } from "./verdict-words.ts";

/** `index.html` of a report: every input with its verdict, most suspicious first, failed ones last. */
export function reportIndex(outcomes: readonly Outcome[]): string {
  const rows = outcomes.toSorted((a, b) => rank(b) - rank(a));
  const failed = outcomes.filter(isFailed).length;
  const body = html`<header><h1>ArtGuard report</h1>
<p>${outcomes.length} ${outcomes.length === 1 ? "image" : "images"}, ${failed} failed.</p></header>
<main><div class="table"><table><caption>Most suspicious first</caption><thead><tr><th scope="col">Image</th>
<th scope="col">Verdict</th><th scope="col" class="number">Score</th><th scope="col">Strongest finding</th></tr></thead>
<tbody>${rows.map(row)}</tbody></table></div></main>`;
  return page("ArtGuard report", body);
}

function rank(outcome: Outcome): number {
  return isFailed(outcome) ? -1 : outcome.analysis.forgery_score;
}

function row(outcome: Outcome): Markup {
  if (isFailed(outcome))
    return html`<tr><th scope="row">${outcome.path}</th><td class="FAILED">Not judged</td><td class="number">–</td>
<td>${outcome.error.message} <code>${outcome.error.code}</code> ${outcome.error.fix}</td></tr>`;
  const { verdict, forgery_score, findings } = outcome.analysis;
  const { path, report } = outcome;
  const name = report === undefined ? path : html`<a href="${encodeURIComponent(basename(report))}">${path}</a>`;
  return html`<tr><th scope="row">${name}</th>
<td class="${verdict}">${verdictWords[verdict]}</td><td class="number">${forgery_score.toFixed(0)}</td>
<td>${findings.find(({ weight }) => weight > 0)?.claim ?? "none"}</td></tr>`;
}
