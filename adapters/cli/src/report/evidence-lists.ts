import type { CompletedAnalysis, CounterEvidence, Finding } from "@artguard/core";
import { html, type Markup } from "./html.ts";

/** What speaks for forgery or only informs, and apart from it what speaks against: each with its limits. */
export function evidenceLists({ findings, counter_evidence = [] }: CompletedAnalysis): Markup {
  const others = findings.filter(({ weight }) => weight >= 0);
  return html`<h2>Findings</h2>
${others.length === 0 ? html`<p>No detector reported a finding that speaks for forgery.</p>` : list(others)}
<h2>Against it</h2>
${counter_evidence.length === 0 ? html`<p>Nothing speaks against forgery.</p>` : list(counter_evidence)}`;
}

function list(evidence: readonly (Finding | CounterEvidence)[]): Markup {
  return html`<ul class="findings">${evidence.map(
    ({ claim, limitation, overturned_by, weight, detector, code }) => html`<li><strong>${claim}</strong><br>
${weightWords(weight)} <span class="soft">Limitation: ${limitation}
${overturned_by !== undefined && `What would overturn it: ${overturned_by} `}<code>${
      code === undefined ? detector : `${detector}/${code}`
    }</code></span></li>`,
  )}</ul>`;
}

function weightWords(weight: number): string {
  if (weight === 0) return "Informs only.";
  return `${weight > 0 ? "Speaks for forgery" : "Speaks for authenticity"} (${weight > 0 ? "+" : ""}${weight.toFixed(2)}).`;
}
