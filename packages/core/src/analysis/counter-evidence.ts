import { z } from "zod";
import type { Detection } from "../detection/detection.ts";
import { contributedBy } from "../fusion/fuse.ts";
import type { Assessment, Finding } from "./analysis.ts";

/** What speaks against forgery: a finding, or a detector that could judge the image and found nothing. */
export const counterEvidenceSchema = z.object({
  detector: z.string(),
  /** Code of the finding; absent when the detector found nothing. */
  code: z.string().optional(),
  /** One English sentence. */
  claim: z.string(),
  /** What it added to the fused log-odds, 0 or less; 0 when the detector has no say or its family's opinion is another. */
  weight: z.number().max(0),
  limitation: z.string(),
  overturned_by: z.string().optional(),
});
/** See {@link counterEvidenceSchema}. */
export type CounterEvidence = z.infer<typeof counterEvidenceSchema>;

/** Log-odds below which a measure is, in one decimal, as common among forged images: it says nothing. */
const noticeable = Math.log(1.05);

/**
 * Everything that speaks against forgery, strongest first: findings of negative weight, and detectors whose measure is
 * more usual for untouched images though they have no finding to say so.
 *
 * @param findings As `weighFindings` gives them.
 * @example
 * const speaksAgainst = counterEvidence(analysis.detections, analysis.findings, assessment.contributions);
 */
export function counterEvidence(
  detections: readonly Detection[],
  findings: readonly Finding[],
  contributions: Assessment["contributions"],
): CounterEvidence[] {
  const opposing = findings.filter(({ weight }) => weight < 0).map(ofFinding);
  const spoken = new Set(opposing.map(({ detector }) => detector));
  const silent = detections
    .filter(({ id, status, family }) => status === "ok" && family !== "display" && !spoken.has(id))
    .filter(({ log_likelihood_ratio = 0 }) => log_likelihood_ratio <= -noticeable)
    .map((detection) => ofSilence(detection, contributedBy(detection.id, contributions)));
  return [...opposing, ...silent].sort((a, b) => a.weight - b.weight);
}

function ofFinding({ detector, code, claim, weight, limitation, overturned_by }: Finding): CounterEvidence {
  return { detector, code, claim, weight, limitation, ...(overturned_by !== undefined && { overturned_by }) };
}

function ofSilence(detection: Detection, weight: number): CounterEvidence {
  return detection.family === "vision" || detection.family === "remote-model"
    ? ofEstimate(detection, weight)
    : ofMeasure(detection, weight);
}

/** A model's own number says nothing of how common it is. */
function ofEstimate({ id, statistic = 0.5 }: Detection, weight: number): CounterEvidence {
  return {
    detector: id,
    claim: `${id} thinks forgery unlikely: it gives it a probability of ${statistic.toFixed(2)}.`,
    weight: Math.min(0, weight),
    limitation: "It is a model's own estimate, so the verdict policy bounds its weight.",
  };
}

function ofMeasure({ id, findings, log_likelihood_ratio }: Detection, weight: number): CounterEvidence {
  const ratio = Math.exp(-log_likelihood_ratio!).toFixed(1);
  const seen = findings.some(({ direction }) => direction === "forged")
    ? "what it found"
    : "it found no sign of forgery, which";
  return {
    detector: id,
    claim: `${id} could judge this image: ${seen} is ${ratio} times as common among untouched images as among forged ones.`,
    weight: Math.min(0, weight),
    limitation: "A forgery that leaves no trace of this kind looks the same.",
  };
}
