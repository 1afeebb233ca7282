import { type CompletedAnalysis, type Detection, reasonSentence } from "@artguard/core";
import type { PreprocessedImage } from "@artguard/core/image";
import { evidenceLists } from "./evidence-lists.ts";
import { explanationSection } from "./explanation-section.ts";
import { html, type Markup } from "./html.ts";
import type { Overlay } from "./overlays.ts";
import { page } from "./page.ts";
import { pageScript } from "./page-script.ts";
import { provenanceSection } from "./provenance-section.ts";
import { stabilitySection } from "./stability-section.ts";
import { verdictWords } from "./verdict-words.ts";

/** What an evidence page shows. */
export interface Evidence {
  /** Where the image came from, as the user wrote it. */
  readonly path: string;
  readonly analysis: CompletedAnalysis;
  readonly preview: PreprocessedImage;
  readonly overlays: readonly Overlay[];
}

/** The evidence page of one image: a single HTML file without any reference to another one but the index. */
export function evidencePage({ path, analysis, preview, overlays }: Evidence): string {
  const body = html`<header>
<p><a href="index.html">All images of this report</a></p>
<h1>${path}</h1>
${verdictHeader(analysis)}
</header>
<main>
<h2>Where</h2>
${picture(path, analysis, preview, overlays)}
${explanationSection(analysis)}
${evidenceLists(analysis)}
${stabilitySection(analysis.stability)}
${provenanceSection(analysis.detections)}
<h2>Detectors</h2>
${detectorTable(analysis.detections)}
<h2>The file and the versions</h2>
${fileFacts(analysis)}
</main>
<footer><p class="soft">A score is a calibrated opinion, not a proof. AUTHENTIC means that no applied detector found a sign
of manipulation; it does not mean that there is none.</p></footer>`;
  return page(`${verdictWords[analysis.verdict]}: ${path}`, body, pageScript);
}

function verdictHeader({
  verdict,
  forgery_score,
  confidence,
  coverage,
  agreement,
  reasons,
}: CompletedAnalysis): Markup {
  return html`<p class="verdict ${verdict}">${verdictWords[verdict]}</p>
<p>Forgery score <strong>${forgery_score.toFixed(0)}</strong> of 100, between ${confidence.low.toFixed(0)} and
${confidence.high.toFixed(0)} by calibration. ${percent(coverage)} of the kinds of evidence could judge this image;
their agreement is ${percent(agreement)}.</p>
${reasons.length > 0 && html`<ul>${reasons.map((reason) => html`<li>${reasonSentence(reason)} <code>${reason}</code></li>`)}</ul>`}`;
}

function picture(
  path: string,
  analysis: CompletedAnalysis,
  preview: PreprocessedImage,
  overlays: readonly Overlay[],
): Markup {
  const { regions, width, height } = analysis;
  return html`<svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false"><filter id="suspicion"
color-interpolation-filters="sRGB"><feColorMatrix values="1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  1 0 0 0 0"/>
<feComponentTransfer><feFuncR type="table" tableValues="1 1 1 .85"/><feFuncG type="table" tableValues=".9 .85 .4 0"/>
<feFuncB type="table" tableValues=".2 .1 0 .1"/><feFuncA type="table" tableValues="0 0 .55 .85"/></feComponentTransfer>
</filter></svg>
<div class="picture">
<img src="${dataUri(preview.content_type, preview.bytes)}" width="${preview.width}" height="${preview.height}"
alt="The image ${path}">
${overlays.map(
  ({ id, label, png }, index) => html`<img class="overlay" data-overlay="${id}" src="${dataUri("image/png", png)}"
alt="Heat map of ${label}" ${index > 0 && html`hidden`}>`,
)}
${
  regions.length > 0 &&
  html`<svg class="regions" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${drawnRegions(
    regions,
  ).map((region) => html`${outline(region, "under")}${outline(region, "over")}`)}</svg>`
}
</div>
${overlays.length > 0 ? overlayControls(overlays, regions.length) : html`<p>No detector localised anything in this image.</p>`}
${regions.length > 0 && regionTable(analysis)}`;
}

/** The outlines of the fused map; the detectors' boxes where there are none. */
function drawnRegions(regions: CompletedAnalysis["regions"]): CompletedAnalysis["regions"] {
  const outlined = regions.filter(({ polygon }) => polygon);
  return outlined.length > 0 ? outlined : regions;
}

function outline({ x, y, width, height, polygon }: CompletedAnalysis["regions"][number], line: string): Markup {
  if (polygon) return html`<polygon class="${line}" points="${polygon.map((corner) => corner.join(",")).join(" ")}"/>`;
  return html`<rect class="${line}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
}

function overlayControls(overlays: readonly Overlay[], regions: number): Markup {
  const choices = [...overlays, { id: "none", label: "no map" }];
  return html`<div class="controls"><fieldset><legend>Heat map</legend>${choices.map(
    ({ id, label }, index) => html`<label><input type="radio" name="overlay" value="${id}"
${index === 0 && html`checked`}> ${label}</label>`,
  )}</fieldset>
<label>Strength <input type="range" id="fade" min="0" max="100" value="70" aria-valuetext="70 percent"></label>
${regions > 0 && html`<label><input type="checkbox" id="boxes" checked> outlines</label>`}</div>
<p class="soft">Yellow to red: the probability of manipulation, of all detectors together or of one alone. Nothing drawn means no
sign, not a proof of authenticity.</p>`;
}

function regionTable({ regions }: CompletedAnalysis): Markup {
  return html`<div class="table"><table><caption>Suspicious places in pixels of the upright image</caption>
<thead><tr><th scope="col">Detector</th><th scope="col" class="number">x</th><th scope="col" class="number">y</th>
<th scope="col" class="number">width</th><th scope="col" class="number">height</th>
<th scope="col" class="number">confidence</th></tr></thead><tbody>${regions.map(
    ({ detector, x, y, width, height, confidence }) => html`<tr><td>${detector}</td><td class="number">${x}</td>
<td class="number">${y}</td><td class="number">${width}</td><td class="number">${height}</td>
<td class="number">${percent(confidence)}</td></tr>`,
  )}</tbody></table></div>`;
}

const statusWords: Readonly<Record<Detection["status"], string>> = {
  ok: "measured",
  not_applicable: "does not apply",
  failed: "failed",
  timed_out: "stopped at the deadline",
  skipped: "not begun before the deadline",
};

function detectorTable(detections: readonly Detection[]): Markup {
  return html`<div class="table"><table><caption>Every detector that was asked, alone and at even odds</caption>
<thead><tr><th scope="col">Detector</th><th scope="col">Family</th><th scope="col">Outcome</th>
<th scope="col" class="number">Score</th><th scope="col" class="number">Time</th></tr></thead><tbody>${detections.map(
    ({ id, version, family, status, score, reason, error, elapsed_ms }) => html`<tr>
<th scope="row">${id} <span class="soft">${version}</span></th><td class="word">${family}</td>
<td>${statusWords[status]}${reason !== undefined && `: ${reason}`}${error && `: ${error.message}`}</td>
<td class="number">${scoreWords(family, score)}</td><td class="number">${elapsed_ms.toFixed(0)} ms</td></tr>`,
  )}</tbody></table></div>`;
}

function scoreWords(family: Detection["family"], score: number | null): string {
  if (family === "display") return "not scored";
  return score === null ? "–" : score.toFixed(0);
}

function fileFacts(analysis: CompletedAnalysis): Markup {
  const facts: [string, string][] = [
    ["Type", analysis.content_type],
    ["Size", `${analysis.width} × ${analysis.height} px, ${analysis.size_bytes} bytes`],
    ["SHA-256", analysis.sha256],
    ["Analysed", `${analysis.timestamp_iso}, in ${(analysis.elapsed_ms / 1000).toFixed(1)} s`],
    ["Request", analysis.request_id],
    ["Verdict policy", analysis.policy_version],
    ...Object.entries(analysis.engine_versions),
  ];
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")}`;
}
