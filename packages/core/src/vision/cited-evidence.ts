import type { Analysis, Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import type { Detection } from "../detection/detection.ts";
import type { Citation } from "./explanation.ts";

/** What stands in an analysis behind a citation. */
export type CitedEvidence =
  | (Pick<Analysis, "forgery_score" | "verdict" | "policy_version"> & { readonly kind: "assessment" })
  | (Finding & { readonly kind: "finding" })
  /** A detector that could judge, found nothing, and thereby speaks against forgery. */
  | (CounterEvidence & { readonly kind: "silence" })
  /** A detector without any evidence, and how it ended. */
  | {
      readonly kind: "detector";
      readonly detector: string;
      readonly status?: Detection["status"];
      readonly reason?: string;
    }
  | Extract<Citation, { readonly kind: "region" | "passage" }>;

/**
 * Looks up what a citation stands for: a detector without a code for all that it has to say.
 *
 * @example
 * for (const { text, cites } of explanationOf(analysis).sentences)
 *   console.log(text, cites.flatMap((cite) => citedEvidence(cite, analysis)));
 */
export function citedEvidence(
  cite: Citation,
  analysis: Pick<
    Analysis,
    "forgery_score" | "verdict" | "policy_version" | "findings" | "counter_evidence" | "detections"
  >,
): CitedEvidence[] {
  if (cite.kind === "region" || cite.kind === "passage") return [cite];
  if (cite.kind === "assessment") {
    const { forgery_score, verdict, policy_version } = analysis;
    return [{ kind: "assessment", forgery_score, verdict, policy_version }];
  }
  const { detector, code } = cite;
  const isMeant = (each: Finding | CounterEvidence) =>
    each.detector === detector && (code === undefined || each.code === code);
  const findings = (analysis.findings ?? []).filter(isMeant).map((each) => ({ kind: "finding" as const, ...each }));
  const silence = (analysis.counter_evidence ?? [])
    .filter((each) => isMeant(each) && each.code === undefined)
    .map((each) => ({ kind: "silence" as const, ...each }));
  const evidence = [...findings, ...silence];
  return evidence.length > 0 ? evidence : [ofDetector(detector, analysis.detections ?? [])];
}

function ofDetector(detector: string, detections: readonly Detection[]): CitedEvidence {
  const { status, reason } = detections.find(({ id }) => id === detector) ?? {};
  return { kind: "detector", detector, ...(status && { status }), ...(reason !== undefined && { reason }) };
}
