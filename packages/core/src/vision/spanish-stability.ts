import type { StabilityReport, StabilityVariant } from "../analysis/stability.ts";
import { spanishReason } from "./spanish-reasons.ts";

const descriptions: Readonly<Record<string, string>> = {
  messenger: "reducirla al 75 % y guardarla como JPEG 75",
  "jpeg-75": "guardarla como JPEG 75",
  "resize-75": "reducirla al 75 % y guardarla como JPEG 90",
  "crop-5": "recortar el 5 % de cada lado y guardarla como JPEG 90",
};

/** A stability report with its sentences in Spanish; what messages of errors say stays as it is. */
export function spanishStability(report: StabilityReport): StabilityReport {
  const variants = report.variants.map(spanishVariant);
  return { ...report, variants, summary: summaryOf({ ...report, variants }) };
}

function spanishVariant({ id, description, comparison, ...variant }: StabilityVariant): StabilityVariant {
  const told = { ...variant, id, description: descriptions[id] ?? description };
  if (!comparison) return told;
  const died = comparison.findings.died.map((death) => ({ ...death, because: spanishReason(death.because) }));
  return { ...told, comparison: { ...comparison, findings: { ...comparison.findings, died } } };
}

function summaryOf({ verdict, baseline, variants, survives_messenger: survives, not_probed }: StabilityReport): string {
  const answer = survives === null ? "no se sabe" : survives ? "sí" : "no";
  const missing = variants.filter(({ status }) => status !== "ok").map(({ id }) => id);
  return [
    `¿Sobrevive el veredicto ${verdict} a una aplicación de mensajería? Respuesta: ${answer}.`,
    ...(baseline.verdict === verdict
      ? []
      : [
          `Los detectores consultados de nuevo no lo sostienen por sí solos; no consultados: ${not_probed.join(", ")}.`,
        ]),
    ...obituaries(variants),
    ...(missing.length > 0 ? [`No probado por completo: ${missing.join(", ")}.`] : []),
  ].join(" ");
}

function obituaries(variants: readonly StabilityVariant[]): string[] {
  const deaths = variants.flatMap(({ description, comparison }) =>
    (comparison?.findings.died ?? []).map(({ detector, code }) => ({ name: `${detector}/${code}`, description })),
  );
  return [...new Set(deaths.map(({ name }) => name))].map((name) => {
    const causes = deaths.filter((death) => death.name === name).map(({ description }) => description);
    return `${name} desapareció después de ${causes.join("; después de ")}.`;
  });
}
