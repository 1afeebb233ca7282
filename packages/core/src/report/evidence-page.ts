import type { CompletedAnalysis } from "../analysis/analysis.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { analysisIn } from "../vision/analysis-in.ts";
import type { Language } from "../vision/explanation.ts";
import { reasonSentence } from "../vision/explanation-words.ts";
import { detectorTable } from "./detector-table.ts";
import { evidenceLists } from "./evidence-lists.ts";
import { explanationSection } from "./explanation-section.ts";
import { fileFacts } from "./file-facts.ts";
import { html, type Markup } from "./html.ts";
import { numberIn, percentIn } from "./numbers.ts";
import type { Overlay } from "./overlays.ts";
import { page, pagePolicy } from "./page.ts";
import { pageScript } from "./page-script.ts";
import { picture } from "./picture.ts";
import { provenanceSection } from "./provenance-section.ts";
import { stabilitySection } from "./stability-section.ts";
import type { ReportWords } from "./words/report-words.ts";
import { wordsOf } from "./words/words-of.ts";

/** What an evidence page shows. */
export interface Evidence {
  /** What the image is called, as the user wrote it; any text. */
  readonly name: string;
  readonly analysis: CompletedAnalysis;
  /** The picture to show; without one the maps lie on an empty frame. */
  readonly preview?: PreprocessedImage;
  /** From {@link overlaysOf}; `undefined` when the heat maps are no longer at hand. */
  readonly overlays: readonly Overlay[] | undefined;
  /** Default that of the explanation of the analysis, else English. */
  readonly language?: Language;
  /** Where the page with all images of a report is; default nowhere. */
  readonly index?: string;
}

/** The content security policy of every evidence page, for a server to say it again. */
export const evidencePagePolicy: string = pagePolicy(pageScript);

/**
 * The evidence page of one image: a single HTML file that loads nothing, in which text from outside is never markup.
 *
 * @throws ArtGuardError `analysis.not-completed`
 * @example
 * const overlays = await overlaysOf(analysis.detections, info);
 * await writeFile("portrait.html", evidencePage({ name: "portrait.jpg", analysis, overlays, language: "es" }));
 */
export function evidencePage(evidence: Evidence): string {
  const { name, preview, overlays, index, language = evidence.analysis.explanation?.language ?? "en" } = evidence;
  const words = wordsOf(language);
  const analysis = analysisIn(evidence.analysis, language);
  const { headings } = words;
  const body = html`<header>
${index !== undefined && html`<p><a href="${index}">${words.allImages}</a></p>`}
<h1>${name}</h1>
${verdictHeader(analysis, language, words)}
</header>
<main>
<h2>${headings.where}</h2>
${picture({ name, analysis, preview, overlays }, words)}
${explanationSection(analysis, language)}
${evidenceLists(analysis, words)}
${stabilitySection(analysis.stability, words)}
${provenanceSection(analysis.detections, words)}
<h2>${headings.detectors}</h2>
${detectorTable(analysis.detections, words)}
<h2>${headings.file}</h2>
${fileFacts(analysis, words)}
</main>
<footer><p class="soft">${words.caution}</p></footer>`;
  return page({ title: `${words.verdicts[analysis.verdict]}: ${name}`, body, language, script: pageScript });
}

function verdictHeader(
  { verdict, forgery_score, confidence, coverage, agreement, reasons }: CompletedAnalysis,
  language: Language,
  words: ReportWords,
): Markup {
  const { low, high } = confidence;
  const [before, score, after] = words.score(
    numberIn(words, forgery_score),
    numberIn(words, low),
    numberIn(words, high),
  );
  return html`<p class="verdict ${verdict}">${words.verdicts[verdict]}</p>
<p>${before}<strong>${score}</strong>${after} ${words.coverage(percentIn(words, coverage), percentIn(words, agreement))}</p>
${reasons.length > 0 && html`<ul>${reasons.map((reason) => html`<li>${reasonSentence(reason, language)} <code>${reason}</code></li>`)}</ul>`}`;
}
