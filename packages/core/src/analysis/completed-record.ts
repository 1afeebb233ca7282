import type { Detection, Region } from "../detection/detection.ts";
import { fuse, weighFindings } from "../fusion/fuse.ts";
import { fuseHeatmaps } from "../fusion/fuse-heatmaps.ts";
import { markRegions } from "../fusion/mark-regions.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import { orientedSize, orientRegion } from "../image/frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import { explanationText, templateExplanation } from "../vision/template-explanation.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import { counterEvidence } from "./counter-evidence.ts";
import { epochMillisecondsSchema, toIso } from "./time.ts";

/** What a finished examination adds to the record. */
export interface Examined {
  readonly info: ImageInfo;
  /** Of every configured detector, in order. */
  readonly detections: Detection[];
  readonly elapsed_ms: number;
  readonly policy: VerdictPolicy;
  /** Of `@artguard/core`. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly analyzed_at: number;
}

/** The record of a finished analysis: the detections, judged and explained, with every place in the upright frame. */
export function completedRecord(
  record: Analysis,
  { info, detections, elapsed_ms, policy, version, analyzed_at }: Examined,
): CompletedAnalysis {
  const assessment = fuse(detections, policy);
  const findings = weighFindings(detections, assessment.contributions).map((finding) =>
    finding.region ? { ...finding, region: orientRegion(finding.region, info) } : finding,
  );
  const against = counterEvidence(detections, findings, assessment.contributions);
  const explanation = templateExplanation({ assessment, findings, against, language: "en" });
  return {
    ...record,
    ...assessment,
    ...orientedSize(info),
    status: "COMPLETED",
    timestamp_iso: toIso(record.created_at),
    content_type: info.content_type,
    sha256: info.sha256,
    detections,
    findings,
    counter_evidence: against,
    regions: regionsOf(detections, info, policy),
    ai_analysis: explanationText(explanation),
    explanation,
    model: "local",
    engine_versions: { "@artguard/core": version, ...versionsOf(detections) },
    elapsed_ms,
    cost_usd: 0,
    analyzed_at: epochMillisecondsSchema.parse(analyzed_at),
    version_number: record.version_number ?? 1,
  };
}

function regionsOf(
  detections: readonly Detection[],
  info: ImageInfo,
  policy: VerdictPolicy,
): CompletedAnalysis["regions"] {
  const upright = (detector: string, regions: readonly Region[]) =>
    regions.map((region) => ({ ...orientRegion(region, info), detector }));
  const boxes = detections
    .filter(({ family }) => family !== "display")
    .flatMap(({ id, regions }) => upright(id, regions))
    .sort((a, b) => b.confidence - a.confidence);
  return [...upright("fused", fusedRegions(detections, info, policy)), ...boxes];
}

function fusedRegions(detections: readonly Detection[], info: ImageInfo, policy: VerdictPolicy): Region[] {
  const fused = policy.heatmap && fuseHeatmaps(detections, info, policy);
  return policy.heatmap && fused ? markRegions(fused, info, policy.heatmap) : [];
}

function versionsOf(detections: readonly Detection[]): Record<string, string> {
  return Object.fromEntries(detections.map(({ id, version }) => [id, version]));
}

/** The record of a finished analysis as its caller gets it: heat maps are not stored. */
export function withHeatmaps(stored: Analysis, { detections }: CompletedAnalysis): CompletedAnalysis {
  return { ...(stored as CompletedAnalysis), detections };
}
