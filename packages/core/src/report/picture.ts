import type { CompletedAnalysis } from "../analysis/analysis.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { html, type Markup } from "./html.ts";
import { percentIn } from "./numbers.ts";
import { fusedOverlay, type Overlay } from "./overlays.ts";
import type { ReportWords } from "./words/report-words.ts";

/** What {@link picture} shows. */
interface Shown {
  readonly name: string;
  readonly analysis: CompletedAnalysis;
  readonly preview: PreprocessedImage | undefined;
  readonly overlays: readonly Overlay[] | undefined;
}

type Regions = CompletedAnalysis["regions"];

/** The picture under its heat maps and outlines, what chooses among them, and the places in numbers. */
export function picture({ name, analysis, preview, overlays }: Shown, words: ReportWords): Markup {
  const { regions, width, height } = analysis;
  const outlined = drawnRegions(regions);
  return html`<svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false"><filter id="suspicion"
color-interpolation-filters="sRGB"><feColorMatrix values="1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  1 0 0 0 0"/>
<feComponentTransfer><feFuncR type="table" tableValues="1 1 1 .85"/><feFuncG type="table" tableValues=".9 .85 .4 0"/>
<feFuncB type="table" tableValues=".2 .1 0 .1"/><feFuncA type="table" tableValues="0 0 .55 .85"/></feComponentTransfer>
</filter></svg>
<div class="picture">
${preview ? image(name, preview, words) : frame(analysis, words)}
${overlays?.map(
  (overlay, index) => html`<img class="overlay" data-overlay="${overlay.id}" src="${dataUri("image/png", overlay.png)}"
alt="${words.picture.heatMap(labelOf(overlay, words))}" ${index > 0 && html`hidden`}>`,
)}
${
  outlined.length > 0 &&
  html`<svg class="regions" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${outlined.map(
    (region) => html`${outline(region, "under")}${outline(region, "over")}`,
  )}</svg>`
}
</div>
${controls(overlays ?? [], outlined.length, words)}
${overlays ? overlays.length === 0 && html`<p>${words.picture.nothing}</p>` : html`<p>${words.picture.gone}</p>`}
${regions.length > 0 && regionTable(regions, words)}`;
}

function image(name: string, { content_type, bytes, width, height }: PreprocessedImage, words: ReportWords): Markup {
  return html`<img src="${dataUri(content_type, bytes)}" width="${width}" height="${height}" alt="${words.picture.image(name)}">`;
}

/** A picture of nothing, as large as the image: it can be given another source. */
function frame({ width, height }: CompletedAnalysis, words: ReportWords): Markup {
  const nothing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
  return html`<img class="frame" src="${dataUri("image/svg+xml", Buffer.from(nothing))}" width="${width}" height="${height}"
alt="${words.picture.frame}">`;
}

/** The outlines of the fused map; the detectors' boxes where there are none. */
function drawnRegions(regions: Regions): Regions {
  const outlined = regions.filter(({ polygon }) => polygon);
  return outlined.length > 0 ? outlined : regions;
}

function outline({ x, y, width, height, polygon }: Regions[number], line: string): Markup {
  if (polygon) return html`<polygon class="${line}" points="${polygon.map((corner) => corner.join(",")).join(" ")}"/>`;
  return html`<rect class="${line}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
}

function labelOf({ id, displayOnly }: Overlay, { picture }: ReportWords): string {
  if (id === fusedOverlay) return picture.all;
  return displayOnly ? picture.displayOnly(id) : id;
}

function controls(overlays: readonly Overlay[], outlines: number, words: ReportWords): Markup | false {
  const { picture } = words;
  if (overlays.length === 0 && outlines === 0) return false;
  const choices = overlays.map((overlay) => ({ id: overlay.id, label: labelOf(overlay, words) }));
  const maps = html`<fieldset><legend>${picture.legend}</legend>${[...choices, { id: "none", label: picture.none }].map(
    ({ id, label }, index) => html`<label><input type="radio" name="overlay" value="${id}"
${index === 0 && html`checked`}> ${label}</label>`,
  )}</fieldset>
<label>${picture.strength} <input type="range" id="fade" min="0" max="100" value="70"
aria-valuetext="70 ${picture.percent}" data-unit="${picture.percent}"></label>`;
  return html`<div class="controls">${overlays.length > 0 && maps}
${outlines > 0 && html`<label><input type="checkbox" id="boxes" checked> ${picture.outlines}</label>`}</div>
${overlays.length > 0 && html`<p class="soft">${picture.meaning}</p>`}`;
}

function regionTable(regions: Regions, words: ReportWords): Markup {
  const { caption, columns } = words.regions;
  return html`<div class="table"><table><caption>${caption}</caption>
<thead><tr>${columns.map((column, index) => html`<th scope="col"${index > 0 && html` class="number"`}>${column}</th>`)}</tr></thead>
<tbody>${regions.map(
    ({ detector, x, y, width, height, confidence }) =>
      html`<tr><td>${detector}</td>${[x, y, width, height].map(
        (pixels) => html`<td class="number">${pixels}</td>`,
      )}<td class="number">${percentIn(words, confidence)}</td></tr>`,
  )}</tbody></table></div>`;
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")}`;
}
