import type { Detection, Region } from "../detection/detection.ts";
import { fuse, weighFindings } from "../fusion/fuse.ts";
import { fuseHeatmaps } from "../fusion/fuse-heatmaps.ts";
import { markRegions } from "../fusion/mark-regions.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import { type Oriented, orientedSize, orientRegion } from "../image/frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { Explanation, Language } from "../vision/explanation.ts";
import type { Passage } from "../vision/knowledge-base.ts";
import { explanationText, type TemplateParts, templateExplanation } from "../vision/template-explanation.ts";
import type { Analysis, analysisSchema, CompletedAnalysis } from "./analysis.ts";
import { counterEvidence } from "./counter-evidence.ts";
import { costOfStages, type Stage } from "./stage.ts";
import { epochMillisecondsSchema, toIso } from "./time.ts";
import type { UnfinishedDetection } from "./unfinished.ts";

/** What a finished examination adds to the record. */
export interface Examined {
  readonly info: Pick<ImageInfo, "width" | "height" | "orientation" | "content_type" | "sha256">;
  /** Of every configured detector, in order, local ones first. */
  readonly detections: Detection[];
  readonly language: Language;
  /** The vision model's; without it one is written from the evidence. */
  readonly explanation?: Explanation | undefined;
  /** What could not be had for the explanation. */
  readonly warnings: readonly string[];
  /** Of the knowledge base, best first. */
  readonly passages: readonly Passage[];
  readonly stages: Stage[];
  readonly unfinished: UnfinishedDetection[];
  readonly elapsed_ms: number;
  readonly policy: VerdictPolicy;
  /** Of `@artguard/core`. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly analyzed_at: number;
}

/** The record of a finished analysis: the detections, judged and explained, with every place in the upright frame. */
export function completedRecord(record: Analysis, examined: Examined): CompletedAnalysis {
  const { info, detections, stages, unfinished, elapsed_ms, policy, version, analyzed_at } = examined;
  const assessment = fuse(detections, policy);
  const findings = weighFindings(detections, assessment.contributions).map((finding) =>
    finding.region ? { ...finding, region: orientRegion(finding.region, info) } : finding,
  );
  const against = counterEvidence(detections, findings, assessment.contributions);
  const explanation = writtenExplanation(examined, { assessment, findings, against });
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
    model: modelOf(detections),
    stages,
    ...(unfinished.length > 0 && { unfinished }),
    engine_versions: { "@artguard/core": version, ...versionsOf(detections) },
    elapsed_ms,
    cost_usd: costOfStages(stages),
    analyzed_at: epochMillisecondsSchema.parse(analyzed_at),
    version_number: record.version_number ?? 1,
  };
}

/** The vision model's explanation, or one written from the evidence; never empty. */
function writtenExplanation(
  { explanation, language, passages, warnings }: Examined,
  judged: Pick<TemplateParts, "assessment" | "findings" | "against">,
): Explanation {
  const written = explanation ?? templateExplanation({ ...judged, language, passages });
  return { ...written, warnings: [...written.warnings, ...warnings] };
}

/** Which engines took part, in the spec's words. */
function modelOf(detections: readonly Detection[]): CompletedAnalysis["model"] {
  const answered = (engine: string) => detections.some(({ id, status }) => id === engine && status === "ok");
  if (answered("bedrock")) return answered("modal") ? "bedrock+modal" : "bedrock";
  return answered("modal") ? "modal" : "local";
}

/** Suspicious places in pixels of the oriented image; see {@link analysisSchema}. */
export function regionsOf(
  detections: readonly Detection[],
  info: Oriented,
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

function fusedRegions(detections: readonly Detection[], info: Oriented, policy: VerdictPolicy): Region[] {
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
