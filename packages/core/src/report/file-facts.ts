import type { CompletedAnalysis } from "../analysis/analysis.ts";
import { html, type Markup } from "./html.ts";
import { momentIn, numberIn } from "./numbers.ts";
import type { ReportWords } from "./words/report-words.ts";

/** Which bytes were judged, when, and by which versions. */
export function fileFacts(analysis: CompletedAnalysis, words: ReportWords): Markup {
  const { file } = words;
  const { width, height, size_bytes, timestamp_iso, elapsed_ms } = analysis;
  const number = (value: number) => numberIn(words, value);
  const seconds = numberIn(words, elapsed_ms / 1000, 1);
  const facts: [string, string][] = [
    [file.type, analysis.content_type],
    [file.size, file.sizeOf(number(width), number(height), number(size_bytes))],
    ["SHA-256", analysis.sha256],
    [file.analysed, file.analysedOn(momentIn(words, timestamp_iso), seconds)],
    [file.request, analysis.request_id],
    [file.policy, analysis.policy_version],
    ...Object.entries(analysis.engine_versions),
  ];
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
