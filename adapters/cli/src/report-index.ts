import { basename } from "node:path";
import { analysisIn, type Language } from "@artguard/core";
import { html, type Markup, numberIn, page, verdictWords } from "@artguard/core/report";
import { isFailed, type Outcome } from "./outcome.ts";

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

/** `index.html` of a report: every input with its verdict, most suspicious first, failed ones last. */
export function reportIndex(outcomes: readonly Outcome[], language: Language = "en"): string {
  const { title, counts, caption, columns } = words[language];
  const rows = outcomes.toSorted((a, b) => rank(b) - rank(a));
  const failed = outcomes.filter(isFailed).length;
  const body = html`<header><h1>${title}</h1>
<p>${counts(outcomes.length, failed)}</p></header>
<main><div class="table"><table><caption>${caption}</caption><thead><tr>${columns.map(
    (column, index) => html`<th scope="col"${index === 2 && html` class="number"`}>${column}</th>`,
  )}</tr></thead><tbody>${rows.map((outcome) => row(outcome, language))}</tbody></table></div></main>`;
  return page({ title, body, language });
}

function rank(outcome: Outcome): number {
  return isFailed(outcome) ? -1 : outcome.analysis.forgery_score;
}

function row(outcome: Outcome, language: Language): Markup {
  const { notJudged, none } = words[language];
  if (isFailed(outcome))
    return html`<tr><th scope="row">${outcome.path}</th><td class="FAILED">${notJudged}</td><td class="number">–</td>
<td lang="en">${outcome.error.message} <code>${outcome.error.code}</code> ${outcome.error.fix}</td></tr>`;
  const { verdict, forgery_score, findings } = analysisIn(outcome.analysis, language);
  const { path, report } = outcome;
  const name = report === undefined ? path : html`<a href="${encodeURIComponent(basename(report))}">${path}</a>`;
  return html`<tr><th scope="row">${name}</th>
<td class="${verdict}">${verdictWords(verdict, language)}</td><td class="number">${numberIn(words[language], forgery_score)}</td>
<td>${findings.find(({ weight }) => weight > 0)?.claim ?? none}</td></tr>`;
}
