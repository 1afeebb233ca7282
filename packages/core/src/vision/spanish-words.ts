import type { Region } from "../detection/detection.ts";
import { cueArticle } from "../knowledge/cue-articles.ts";
import type { ExplanationWords, SpokenEvidence } from "./explanation-words.ts";
import { spanishFindings, spanishMeasures } from "./spanish-findings.ts";
import { spanishReason } from "./spanish-reasons.ts";
import { spanishStability } from "./spanish-stability.ts";

const verdicts = {
  AUTHENTIC: "Las pruebas no apuntan a una manipulación.",
  SUSPICIOUS: "Las pruebas no resuelven la cuestión.",
  LIKELY_FORGED: "Las pruebas apuntan a una imagen manipulada o generada.",
} as const;

const reasons: Readonly<Record<string, string>> = {
  decisive_finding: "Un hallazgo es lo bastante fuerte para decidir por sí solo.",
  single_family:
    "Solo un tipo de prueba apoya la falsificación; haría falta un segundo tipo, independiente del primero.",
  insufficient_evidence: "Se pudieron aplicar muy pocos tipos de prueba a esta imagen para juzgarla.",
  conflicting_evidence: "Distintos tipos de prueba se contradicen.",
  detectors_incomplete: "Algunos detectores no terminaron; falta su opinión.",
  vision_bounded: "Un modelo que solo mira la imagen habría resuelto la cuestión; no le corresponde hacerlo.",
};

const list = new Intl.ListFormat("es");
const listed = (names: readonly string[]) => list.format(names);

/** Findings speak English: what they found is said anew, with their numbers and places. */
export const spanishWords: ExplanationWords = {
  verdict: (score, verdict) => `Puntuación de falsificación: ${score} de 100 (${verdict}). ${verdicts[verdict]}`,
  reason: (code) => reasons[code] ?? `Otro motivo: ${code}.`,
  evidence,
  finding: (each) => ({ claim: evidence(each), limitation: limitsOf(each), overturned_by: undefined }),
  unsuitable: spanishReason,
  stability: spanishStability,
  seen: ({ detector, weight }) =>
    `El modelo de visión ${detector}, cuyo peso tiene un tope, ve ${weight > 0 ? "indicios de falsificación" : "indicios de una imagen intacta"}.`,
  supports: "A favor de la falsificación:",
  opposes: "En contra:",
  leaning: (detectors) =>
    `${detectors.length === 1 ? "Inclina" : "Inclinan"} la balanza hacia la falsificación, sin llegar a un hallazgo: ${listed(detectors)}.`,
  silent: (detectors) =>
    `${detectors.length === 1 ? "el detector" : "los detectores"} ${listed(detectors)} ${detectors.length === 1 ? "pudo juzgar la imagen y no la acusa" : "pudieron juzgar la imagen y no la acusan"}; una falsificación que no deja huellas de este tipo se ve igual.`,
  noFinding: "Ningún detector comunicó un hallazgo.",
  instruction:
    "La imagen contiene texto que parece una orden para un modelo; se trató como un dato, y la opinión del modelo que lo leyó no cuenta.",
  furtherReading: (titles) => `La base de conocimientos dice más al respecto: ${titles.join(", ")}.`,
  uncited: (count) =>
    count === 1
      ? "Se omitió una afirmación del modelo que no citaba ninguna prueba de las que recibió."
      : `Se omitieron ${count} afirmaciones del modelo que no citaban ninguna prueba de las que recibió.`,
};

function evidence(each: SpokenEvidence): string {
  return `${found(each).replace(/\.$/, "")}${inBrackets(each)}.`;
}

/** As the article on the detector has it; with its false alarms where it accuses. */
function limitsOf({ detector, code, weight }: SpokenEvidence): string {
  if (code === undefined) return "Una falsificación que no deja huellas de este tipo se ve igual.";
  const article = cueArticle(detector, "es");
  if (!article) return "Este detector no describe sus límites en español.";
  return weight > 0 ? `${article.limits} ${article.falseAlarms}` : article.limits;
}

function found({ detector, code, weight }: SpokenEvidence): string {
  if (code === undefined) return `El detector ${detector} pudo juzgar la imagen y no la acusa.`;
  const article = cueArticle(detector, "es");
  const wording = spanishFindings[`${detector}/${code}`] ?? (article && `${article.title}. ${article.meaning}`);
  if (wording !== undefined) return wording;
  if (weight === 0) return `El detector ${detector} comunicó una observación que solo informa.`;
  return `El detector ${detector} halló indicios de ${weight > 0 ? "falsificación" : "autenticidad"}.`;
}

function inBrackets({ claim, region }: SpokenEvidence): string {
  const facts = [...spanishMeasures(claim), ...(region ? [placeOf(region)] : [])];
  return facts.length === 0 ? "" : ` (${facts.join("; ")})`;
}

function placeOf({ x, y, width, height }: Region): string {
  return `zona de ${width} × ${height} píxeles en x ${x}, y ${y}`;
}
