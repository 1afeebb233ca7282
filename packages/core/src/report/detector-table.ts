import type { Detection } from "../detection/detection.ts";
import { html, type Markup } from "./html.ts";
import { numberIn } from "./numbers.ts";
import type { ReportWords } from "./words/report-words.ts";

/** Every detector that was asked, and how it ended. */
export function detectorTable(detections: readonly Detection[], words: ReportWords): Markup {
  const { caption, columns } = words.detectors;
  const numbers = columns.length - 2;
  return html`<div class="table"><table><caption>${caption}</caption>
<thead><tr>${columns.map(
    (column, index) => html`<th scope="col"${index >= numbers && html` class="number"`}>${column}</th>`,
  )}</tr></thead><tbody>${detections.map((detection) => row(detection, words))}</tbody></table></div>`;
}

function row({ id, version, family, score, elapsed_ms, ...outcome }: Detection, words: ReportWords): Markup {
  return html`<tr>
<th scope="row">${id} <span class="soft">${version}</span></th><td class="word">${family}</td>
<td>${outcomeOf(outcome, words)}</td>
<td class="number">${scoreOf(family, score, words)}</td><td class="number">${numberIn(words, elapsed_ms)} ms</td></tr>`;
}

function outcomeOf(
  { status, reason, error }: Pick<Detection, "status" | "reason" | "error">,
  { detectors }: ReportWords,
): string {
  const why = [...(reason === undefined ? [] : [reason]), ...(error ? [detectors.error(error)] : [])];
  return [detectors.outcomes[status], ...why].join(": ");
}

function scoreOf(family: Detection["family"], score: number | null, words: ReportWords): string {
  if (family === "display") return words.detectors.notScored;
  return score === null ? "–" : numberIn(words, score);
}
