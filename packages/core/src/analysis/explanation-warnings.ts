import type { Detection } from "../detection/detection.ts";
import type { Language } from "../vision/explanation.ts";

/** What could not be had for an explanation, in one sentence of each language. Nothing of an error's own text is in it. */
const sentences = {
  vision: {
    en: (id: string, code: string) => `The vision model ${id} gave no explanation (${code}).`,
    es: (id: string, code: string) => `El modelo de visión ${id} no dio ninguna explicación (${code}).`,
  },
  remote: {
    en: (id: string, code: string) => `The remote detector ${id} gave no answer (${code}).`,
    es: (id: string, code: string) => `El detector remoto ${id} no dio respuesta (${code}).`,
  },
  unfinished: {
    en: (id: string) => `The remote detector ${id} is still at work; its answer can be merged later.`,
    es: (id: string) => `El detector remoto ${id} sigue trabajando; su respuesta puede incorporarse más tarde.`,
  },
  knowledge: {
    en: (id: string, code: string) => `The knowledge base ${id} could not be searched (${code}).`,
    es: (id: string, code: string) => `No se pudo consultar la base de conocimiento ${id} (${code}).`,
  },
  partial: {
    en: (id: string) => `The vision model ${id} wrote before all detectors had ended.`,
    es: (id: string) => `El modelo de visión ${id} escribió antes de que terminaran todos los detectores.`,
  },
  merged: {
    en: (id: string) => `The answer of ${id} came later; no vision model has seen it.`,
    es: (id: string) => `La respuesta de ${id} llegó más tarde; ningún modelo de visión la ha visto.`,
  },
} as const;

/** One warning of an explanation. */
export function explanationWarning(
  what: keyof typeof sentences,
  language: Language,
  id: string,
  code = "detection.failed",
): string {
  return sentences[what][language](id, code);
}

/** What is to be said of remote and vision detections that did not end well. */
export function detectionWarnings(
  detections: readonly Detection[],
  unfinished: readonly { readonly detector: string }[],
  language: Language,
): string[] {
  return detections.flatMap(({ id, family, error }) => {
    if (error === undefined || (family !== "vision" && family !== "remote-model")) return [];
    if (unfinished.some(({ detector }) => detector === id)) return [explanationWarning("unfinished", language, id)];
    return [explanationWarning(family === "vision" ? "vision" : "remote", language, id, error.code)];
  });
}
