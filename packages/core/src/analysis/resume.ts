import { detectionOf } from "../detection/detection-of.ts";
import type { RemoteDetector } from "../detection/remote-detector.ts";
import { type RemoteLimits, type RemoteRun, runRemoteDetector } from "../detection/run-remote-detector.ts";
import { ArtGuardError, type ErrorRecord } from "../errors/artguard-error.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { completedRecord } from "./completed-record.ts";
import { detectionWarnings, explanationWarning } from "./explanation-warnings.ts";
import { abandoned } from "./failed-analysis.ts";
import { laterThan } from "./reanalyze.ts";
import type { UnfinishedDetection } from "./unfinished.ts";

/** Options of `artguard.resume`. */
export interface ResumeOptions {
  /** Milliseconds for all remote detectors together; default the deadline of an analysis. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** What came of asking again. */
export interface ResumedAnalysis {
  /** The record with its new result; as it was when nothing came. Without heat maps. */
  readonly analysis: CompletedAnalysis;
  /** Ids of the remote detectors whose answer was merged. */
  readonly merged: readonly string[];
  /** Remote detectors whose answer is still awaited, with the error of those that could not be asked. */
  readonly awaited: readonly { readonly detector: string; readonly error?: ErrorRecord }[];
}

/** An unfinished detection, asked again. */
interface Asked {
  readonly pending: UnfinishedDetection;
  readonly answer: RemoteRun;
}

/** Merges late answers; see `ArtGuard.resume`. */
export async function resume(
  requestId: string,
  options: ResumeOptions,
  context: AnalysisContext,
): Promise<ResumedAnalysis> {
  const { repository, admission } = await context.storage();
  const record = await repository.get(requestId);
  const pending = askable(record, context);
  await admission?.readmit?.(record);
  const asked = await askAll(pending, options, context);
  const merged = asked.filter(({ answer }) => isAnswer(answer));
  const awaited = asked
    .filter(({ answer }) => !isAnswer(answer))
    .map(({ answer: { run, handle } }) => ({
      detector: run.id,
      ...(run.error && handle === undefined && { error: run.error }),
    }));
  if (merged.length === 0) return { analysis: record as CompletedAnalysis, merged: [], awaited };
  const result = laterThan(record, await mergedResult(record as CompletedAnalysis, merged, context));
  const stored = await repository.replaceResult(record, result);
  return { analysis: stored as CompletedAnalysis, merged: merged.map(({ pending }) => pending.detector), awaited };
}

type Pending = UnfinishedDetection & { readonly remote: RemoteDetector };

/** What can be asked for. @throws ArtGuardError when that is nothing, or when a detector is missing here. */
function askable(record: Analysis, { cloud, now }: AnalysisContext): Pending[] {
  const { request_id, status, unfinished = [] } = record;
  if (status !== "COMPLETED" || unfinished.length === 0)
    throw new ArtGuardError("analysis.nothing-to-resume", `no answer is awaited for analysis ${request_id}`);
  const alive = unfinished.filter(({ until }) => now() < until);
  if (alive.length === 0)
    throw new ArtGuardError(
      "analysis.handle-expired",
      `the answers for analysis ${request_id} are no longer to be had`,
    );
  return alive.map((pending) => {
    const remote = cloud.remoteDetectors.find(({ id }) => id === pending.detector);
    if (remote) return { ...pending, remote };
    throw new ArtGuardError(
      "analysis.detector-not-configured",
      `there is no remote detector "${pending.detector}" here`,
    );
  });
}

/** Asks all at once. @throws ArtGuardError `analysis.aborted` */
async function askAll(
  pending: readonly Pending[],
  { signal, deadlineMs }: ResumeOptions,
  context: AnalysisContext,
): Promise<Asked[]> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadlineMs ?? context.deadlineMs);
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  const limits: RemoteLimits = { closing: stop, closed: stop };
  try {
    const asked = await Promise.all(
      pending.map(async ({ remote, ...each }) => {
        const ask = (closing: AbortSignal) => remote.resume(each.handle, { signal: closing });
        return { pending: each, answer: await runRemoteDetector(remote, ask, each, limits) };
      }),
    );
    if (signal?.aborted) throw abandoned(signal.reason);
    return asked;
  } finally {
    clearTimeout(timer);
  }
}

/** A failure to ask is no answer: it may be asked again. */
function isAnswer({ run }: RemoteRun): boolean {
  return run.status === "ok" || run.status === "not_applicable";
}

/**
 * The stored detections with the late ones in their places, judged under the present policy. No heat map is stored, so
 * the regions of the fused map stay as they were.
 */
async function mergedResult(
  record: CompletedAnalysis,
  merged: readonly Asked[],
  { policy, version, now, language }: AnalysisContext,
): Promise<CompletedAnalysis> {
  const late = new Map(merged.map(({ answer }) => [answer.run.id, withoutHeatmap(answer)]));
  const detections = record.detections.map((detection) =>
    calibrateDetection(late.get(detection.id) ?? detection, policy.calibration, policy.bounded),
  );
  const { unfinished = [], explanation, regions, elapsed_ms, stages = [], ...base } = record;
  const spoken = explanation?.language ?? language;
  const rest = unfinished.filter(({ detector }) => !late.has(detector));
  const result = completedRecord(base, {
    info: infoOf(record, merged),
    detections,
    language: spoken,
    warnings: [
      ...detectionWarnings(detections, rest, spoken),
      ...[...late.keys()].map((id) => explanationWarning("merged", spoken, id)),
    ],
    passages: [],
    stages: [...stages, ...merged.map(({ answer }) => stageOf(answer))],
    unfinished: rest,
    elapsed_ms,
    policy,
    version,
    analyzed_at: now(),
  });
  const fused = regions.filter(({ detector }) => detector === "fused");
  return { ...result, regions: [...fused, ...result.regions] };
}

function withoutHeatmap({ run }: RemoteRun) {
  const { heatmap: _, ...detection } = detectionOf(run);
  return detection;
}

function infoOf({ content_type, sha256 }: CompletedAnalysis, [first]: readonly Asked[]) {
  return { ...first!.pending.stored, content_type, sha256 };
}

function stageOf({ run, cost_usd }: RemoteRun) {
  return { stage: run.id, elapsed_ms: run.elapsed_ms, ...(cost_usd !== undefined && { cost_usd }) };
}
