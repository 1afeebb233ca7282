import type { StabilityReport, StabilityVariant } from "@artguard/core";
import { html, type Markup } from "./html.ts";
import { verdictWords } from "./verdict-words.ts";

/** Whether the verdict outlives a messenger app; nothing when it was not probed. */
export function stabilitySection(report: StabilityReport | undefined): Markup {
  if (!report) return html``;
  const { summary, variants, baseline, not_probed } = report;
  return html`<h2>Stability</h2>
<p>${summary}</p>
<div class="table"><table><caption>The same image after what may happen to it, by the probed detectors alone: as it is,
${verdictWords[baseline.verdict]} (${baseline.forgery_score.toFixed(0)})</caption>
<thead><tr><th scope="col">After</th><th scope="col">Verdict</th><th scope="col" class="number">Score</th>
<th scope="col">Evidence that died</th></tr></thead><tbody>${variants.map(row)}</tbody></table></div>
${not_probed.length > 0 && html`<p class="soft">Not asked again: ${not_probed.join(", ")}.</p>`}`;
}

function row({ description, status, comparison, error }: StabilityVariant): Markup {
  if (!comparison)
    return html`<tr><th scope="row">${description}</th><td>${status === "failed" ? "failed" : "not reached in time"}${
      error && `: ${error.message}`
    }</td><td class="number">–</td><td>not known</td></tr>`;
  const { verdict, forgery_score, findings } = comparison;
  const died = findings.died.map(({ detector, code, because }) => `${detector}/${code}: ${because}`);
  const unknown = findings.unknown.map(({ detector, code }) => `${detector}/${code}: not finished in time`);
  return html`<tr><th scope="row">${description}</th><td>${verdictWords[verdict]}${
    status === "incomplete" && " (some detectors did not finish)"
  }</td><td class="number">${forgery_score.toFixed(0)}</td><td>${[...died, ...unknown].join(" ") || "none"}</td></tr>`;
}
