import type { Assessment, Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import { explainAssessment } from "../analysis/explain-assessment.ts";
import type { Explanation, Language } from "./explanation.ts";
import type { Passage } from "./knowledge-base.ts";

/** An explanation written from the evidence alone. */
export async function templateExplanation({
  assessment,
  findings,
  against,
  language,
}: {
  assessment: Assessment;
  findings: readonly Finding[];
  against: readonly CounterEvidence[];
  language: Language;
  passages: readonly Passage[];
}): Promise<Explanation> {
  const text = explainAssessment(assessment, findings, against);
  return { language, author: "template", sentences: [{ text, cites: [{ kind: "assessment" }] }], warnings: [] };
}
