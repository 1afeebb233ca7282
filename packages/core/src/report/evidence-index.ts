import type { CompletedAnalysis } from "../analysis/analysis.ts";
import type { ErrorRecord } from "../errors/artguard-error.ts";
import { analysisIn } from "../vision/analysis-in.ts";
import type { Language } from "../vision/explanation.ts";
import { html, type Markup } from "./html.ts";
import { numberIn } from "./numbers.ts";
import { page } from "./page.ts";
import { verdictWords } from "./words/words-of.ts";

/** An image in an index, judged or not. */
export type IndexEntry = JudgedEntry | FailedEntry;

/** An image that was judged. */
export interface JudgedEntry {
  /** What the image is called; any text. */
  readonly name: string;
  readonly analysis: CompletedAnalysis;
  /** File name of its evidence page, beside the index; default none. */
  readonly page?: string;
}

/** An image that could not be judged. */
export interface FailedEntry {
  readonly name: string;
  readonly error: ErrorRecord;
}

const english = {
  locale: "en-GB",
  title: "ArtGuard report",
  counts: (images: number, failed: number) => `${images} ${images === 1 ? "image" : "images"}, ${failed} failed.`,
  caption: "Most suspicious first",
  columns: ["Image", "Verdict", "Score", "Strongest finding"],
  notJudged: "Not judged",
  none: "none",
};
const words: Readonly<Record<Language, typeof english>> = {
  en: english,
  es: {
    locale: "es-ES",
    title: "Informe de ArtGuard",
    counts: (images, failed) => `${images} ${images === 1 ? "imagen" : "imágenes"}, ${failed} sin juzgar.`,
    caption: "Las más sospechosas primero",
    columns: ["Imagen", "Veredicto", "Puntuación", "Hallazgo más fuerte"],
    notJudged: "Sin juzgar",
    none: "ninguno",
  },
};

/**
 * The page before many evidence pages: every image with its verdict, most suspicious first, failed ones last. A single
 * HTML file that loads nothing, as they are.
 *
 * @example
 * const entries = [{ name: "portrait.jpg", analysis, page: "portrait.html" }];
 * await writeFile("index.html", evidenceIndex(entries));
 */
export function evidenceIndex(entries: readonly IndexEntry[], language: Language = "en"): string {
  const { title, counts, caption, columns } = words[language];
  const rows = entries.toSorted((a, b) => rank(b) - rank(a));
  const failed = entries.filter(isFailed).length;
  const body = html`<header><h1>${title}</h1>
<p>${counts(entries.length, failed)}</p></header>
<main><div class="table"><table><caption>${caption}</caption><thead><tr>${columns.map(
    (column, index) => html`<th scope="col"${index === 2 && html` class="number"`}>${column}</th>`,
  )}</tr></thead><tbody>${rows.map((entry) => row(entry, language))}</tbody></table></div></main>`;
  return page({ title, body, language });
}

function isFailed(entry: IndexEntry): entry is FailedEntry {
  return "error" in entry;
}

function rank(entry: IndexEntry): number {
  return isFailed(entry) ? -1 : entry.analysis.forgery_score;
}

function row(entry: IndexEntry, language: Language): Markup {
  const { notJudged, none } = words[language];
  if (isFailed(entry))
    return html`<tr><th scope="row">${entry.name}</th><td class="FAILED">${notJudged}</td><td class="number">–</td>
<td lang="en">${entry.error.message} <code>${entry.error.code}</code> ${entry.error.fix}</td></tr>`;
  const { verdict, forgery_score, findings } = analysisIn(entry.analysis, language);
  const { name } = entry;
  const heading = entry.page === undefined ? name : html`<a href="${encodeURIComponent(entry.page)}">${name}</a>`;
  return html`<tr><th scope="row">${heading}</th>
<td class="${verdict}">${verdictWords(verdict, language)}</td><td class="number">${numberIn(words[language], forgery_score)}</td>
<td>${findings.find(({ weight }) => weight > 0)?.claim ?? none}</td></tr>`;
}
