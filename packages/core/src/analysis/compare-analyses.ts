import type { Detection } from "../detection/detection.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { type AssessmentChange, explainChange } from "../fusion/explain-change.ts";
import { type Analysis, type CompletedAnalysis, completedAnalysisSchema, type Finding } from "./analysis.ts";

/** One side of an {@link AnalysisComparison}. */
export type ComparedAnalysis = Pick<
  CompletedAnalysis,
  "request_id" | "filename" | "sha256" | "verdict" | "forgery_score" | "policy_version"
> & {
  /** 1 for the first result of an analysis. */
  readonly version_number: number;
  /** ISO 8601. */
  readonly analyzed_at: string;
};

/** What one detector said. */
export type DetectorOpinion = Pick<Detection, "version" | "status" | "score">;

/** What a detector says differently; null where it was not asked. */
export interface DetectorChange {
  readonly detector: string;
  readonly from: DetectorOpinion | null;
  readonly to: DetectorOpinion | null;
}

/** A finding of both whose weight differs. */
export interface ReweighedFinding extends Pick<Finding, "detector" | "code"> {
  readonly from: number;
  readonly to: number;
}

/** What differs between two finished analyses. */
export interface AnalysisComparison {
  readonly from: ComparedAnalysis;
  readonly to: ComparedAnalysis;
  /** Whether both judged the same bytes. */
  readonly same_image: boolean;
  readonly assessment: AssessmentChange;
  readonly findings: {
    readonly appeared: readonly Finding[];
    readonly disappeared: readonly Finding[];
    readonly reweighed: readonly ReweighedFinding[];
  };
  /** Only those whose version, status or score differs, in the order of the second. */
  readonly detectors: readonly DetectorChange[];
}

/**
 * Compares two finished analyses, of two images or two results of one: a pure function. Findings are the same when detector
 * and code are; of several such the strongest stands for the strongest.
 *
 * @throws ArtGuardError `analysis.not-completed`
 * @example
 * const [first, second] = await artguard.versions(requestId);
 * if (first && second) console.log(compareAnalyses(first, second).findings.appeared);
 */
export function compareAnalyses(from: Analysis, to: Analysis): AnalysisComparison {
  const [before, after] = [completed(from), completed(to)];
  return {
    from: sideOf(before),
    to: sideOf(after),
    same_image: before.sha256 === after.sha256,
    assessment: explainChange(before, after),
    findings: {
      appeared: unmatched(after.findings, before.findings),
      disappeared: unmatched(before.findings, after.findings),
      reweighed: reweighed(before.findings, after.findings),
    },
    detectors: changedDetectors(before.detections, after.detections),
  };
}

function completed(analysis: Analysis): CompletedAnalysis {
  const { success, data } = completedAnalysisSchema.safeParse(analysis);
  if (success) return data;
  const { request_id, status } = analysis;
  throw new ArtGuardError("analysis.not-completed", `the analysis ${request_id} is ${status}`);
}

function sideOf(analysis: CompletedAnalysis): ComparedAnalysis {
  const { request_id, filename, sha256, verdict, forgery_score, policy_version } = analysis;
  const { version_number = 1, analyzed_at = analysis.created_at } = analysis;
  const at = new Date(analyzed_at).toISOString();
  return { request_id, filename, sha256, verdict, forgery_score, policy_version, version_number, analyzed_at: at };
}

const nameOf = ({ detector, code }: Finding) => `${detector}/${code}`;

/** Each finding with the one of the other list that stands at its place among those of its name. */
function paired(findings: readonly Finding[], others: readonly Finding[]): [Finding, Finding | undefined][] {
  const places = new Map<string, number>();
  return findings.map((finding) => {
    const name = nameOf(finding);
    const place = places.get(name) ?? 0;
    places.set(name, place + 1);
    return [finding, others.filter((other) => nameOf(other) === name)[place]];
  });
}

function unmatched(findings: readonly Finding[], others: readonly Finding[]): Finding[] {
  return paired(findings, others).flatMap(([finding, other]) => (other ? [] : [finding]));
}

function reweighed(from: readonly Finding[], to: readonly Finding[]): ReweighedFinding[] {
  return paired(to, from).flatMap(([{ detector, code, weight }, before]) =>
    before && before.weight !== weight ? [{ detector, code, from: before.weight, to: weight }] : [],
  );
}

function changedDetectors(from: readonly Detection[], to: readonly Detection[]): DetectorChange[] {
  const ids = new Set([...to, ...from].map(({ id }) => id));
  return [...ids]
    .map((detector) => ({ detector, from: opinionOf(from, detector), to: opinionOf(to, detector) }))
    .filter(({ from: before, to: after }) => !isSameOpinion(before, after));
}

function opinionOf(detections: readonly Detection[], detector: string): DetectorOpinion | null {
  const found = detections.find(({ id }) => id === detector);
  return found ? { version: found.version, status: found.status, score: found.score } : null;
}

function isSameOpinion(one: DetectorOpinion | null, other: DetectorOpinion | null): boolean {
  return one?.version === other?.version && one?.status === other?.status && one?.score === other?.score;
}
