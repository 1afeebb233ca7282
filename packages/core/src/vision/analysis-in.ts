import { type Analysis, assessmentSchema, type Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import type { Detection } from "../detection/detection.ts";
import type { Language } from "./explanation.ts";
import { wordsIn } from "./explanation-words.ts";
import { explanationOf, explanationText } from "./template-explanation.ts";
import { instructionCode } from "./vision-detection.ts";

/**
 * An analysis with what it says in a language: explanation, findings, counter evidence, the reasons of detectors that do
 * not apply, and stability. Findings of models are said in ArtGuard's own words, also those of unknown detectors; codes,
 * names, messages of errors and what the single detections hold stay as they are.
 *
 * @example
 * for (const { claim } of analysisIn(analysis, "es").findings) console.log(claim);
 */
export function analysisIn<Told extends Analysis>(analysis: Told, language: Language): Told {
  const explained = explainedIn(analysis, language);
  if (language === "en") return explained;
  const words = wordsIn(language);
  const { findings, counter_evidence, detections, stability } = analysis;
  return {
    ...explained,
    ...(findings && { findings: findings.map((finding) => spoken(finding, analysis, language)) }),
    ...(counter_evidence && { counter_evidence: counter_evidence.map((each) => spoken(each, analysis, language)) }),
    ...(detections && { detections: detections.map((each) => withReason(each, language)) }),
    ...(stability && { stability: words.stability(stability) }),
  };
}

function explainedIn<Told extends Analysis>(analysis: Told, language: Language): Told {
  if (analysis.explanation?.language === language || !assessmentSchema.safeParse(analysis).success) return analysis;
  const explanation = explanationOf(analysis, language);
  return { ...analysis, explanation, ai_analysis: explanationText(explanation) };
}

/** What would overturn a finding is told in English alone. */
function spoken<Evidence extends Finding | CounterEvidence>(
  evidence: Evidence,
  { detections = [] }: Analysis,
  language: Language,
): Evidence {
  const words = wordsIn(language);
  const isOfModel = detections.some(({ id, family }) => id === evidence.detector && family === "vision");
  const told = { ...evidence, ...words.finding(evidence) };
  if (evidence.code === instructionCode) return { ...told, claim: words.instruction };
  return isOfModel && evidence.code !== undefined ? { ...told, claim: words.seen(evidence) } : told;
}

function withReason(detection: Detection, language: Language): Detection {
  const { reason } = detection;
  return reason === undefined ? detection : { ...detection, reason: wordsIn(language).unsuitable(reason) };
}
