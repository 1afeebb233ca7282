import { z } from "zod";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { type CopyFrame, heatmapFromCopy, regionFromCopy } from "../image/copy-frame.ts";
import { heatmapSchema, type JsonValue, type Observation, observedFindingSchema, regionSchema } from "./detection.ts";
import type { RemoteDetector, RemoteOutcome } from "./remote-detector.ts";
import { assertObservation, type DetectorRun, detectionFailure, endedRun, identityOf } from "./run-detector.ts";
import { stopped, untilStopped } from "./until-stopped.ts";

/** How one remote detector ended, before calibration. */
export interface RemoteRun {
  readonly run: DetectorRun;
  readonly cost_usd?: number;
  /** Gets the answer later; only when the remote side is still at work. */
  readonly handle?: JsonValue;
}

/** When a remote detector has to end. */
export interface RemoteLimits {
  /** Asks it to end, and to say how its answer is got later. */
  readonly closing: AbortSignal;
  /** From then on nobody waits for it. */
  readonly closed: AbortSignal;
}

/** Characters of JSON; a record has to hold it. */
const longestHandle = 4096;

const observationSchema = z.object({
  applicable: z.literal(true),
  statistic: z.number().min(0).max(1),
  heatmap: heatmapSchema.optional(),
  regions: z.array(regionSchema),
  findings: z.array(observedFindingSchema),
  measurements: z.record(z.string(), z.json()).optional(),
});
const costSchema = z.number().nonnegative().optional();
const versionSchema = z.string().min(1).max(200).optional();

/**
 * Asks a remote detector, or asks it again; whatever it throws or answers becomes a {@link RemoteRun}, never an
 * exception. Places move from the copy to the stored raster; an answer that is not valid is `failed`.
 */
export async function runRemoteDetector(
  detector: RemoteDetector,
  ask: (signal: AbortSignal) => Promise<RemoteOutcome>,
  frame: CopyFrame,
  { closing, closed }: RemoteLimits,
): Promise<RemoteRun> {
  const started = performance.now();
  // An answer is paid for, also one that cannot be used.
  let cost: ReturnType<typeof paid> = {};
  const ended = (status: "failed" | "timed_out", error: ArtGuardError): RemoteRun => ({
    run: { ...identityOf(detector), status, error: error.toJSON(), elapsed_ms: performance.now() - started },
    ...cost,
    ...costOf(error),
  });
  try {
    // A function of its own, so that also what is thrown before the first await is caught.
    const outcome = await untilStopped((async () => ask(closing))(), closed);
    if (outcome === stopped) return ended("timed_out", late("it did not answer before the deadline"));
    if (outcome.status === "unfinished")
      return {
        ...ended("timed_out", late("it is still at work; resume gets its answer")),
        ...handleOf(outcome.handle),
      };
    cost = paid(outcome);
    return { run: runOf(detector, outcome, frame, performance.now() - started), ...cost };
  } catch (error) {
    if (!closing.aborted) return ended("failed", detectionFailure(error));
    return ended("timed_out", isArtGuardError(error) ? error : late("it did not answer before the deadline"));
  }
}

/** A run of a detector that was never asked. */
export function skippedRemote(detector: RemoteDetector, why: string): RemoteRun {
  return { run: endedRun(detector, "skipped", why, 0) };
}

/** What a failed call cost, where its error tells. */
export function costOf({ details }: ArtGuardError): { cost_usd?: number } {
  const { cost_usd } = details;
  return typeof cost_usd === "number" && Number.isFinite(cost_usd) && cost_usd > 0 ? { cost_usd } : {};
}

type Answer = Exclude<RemoteOutcome, { status: "unfinished" }>;

function runOf(detector: RemoteDetector, outcome: Answer, frame: CopyFrame, elapsed_ms: number): DetectorRun {
  const identity = identityOf(detector);
  if (outcome.status === "not_applicable")
    return { ...identity, status: "not_applicable", reason: String(outcome.reason), elapsed_ms };
  const observation = fromCopy(checked(outcome.observation, frame), frame);
  const { success, data: version = detector.version } = versionSchema.safeParse(outcome.version);
  if (!success) throw invalid("its version is no short text");
  return { ...identity, version, status: "ok", observation, elapsed_ms };
}

/** @throws ArtGuardError `detection.failed` */
function checked(answer: Observation, frame: CopyFrame): Observation {
  const parsed = observationSchema.safeParse(answer);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const { heatmap, measurements, ...rest } = parsed.data;
  const observation = { ...rest, ...(heatmap && { heatmap }), ...(measurements && { measurements }) };
  assertObservation(observation, frame.copy);
  const regions = [...rest.regions, ...rest.findings.flatMap(({ region }) => (region ? [region] : []))];
  const outside = regions.some(
    ({ x, y, width, height }) => x + width > frame.copy.width || y + height > frame.copy.height,
  );
  if (outside) throw invalid("a region leaves the copy that was sent");
  return observation;
}

function fromCopy(observation: Observation, frame: CopyFrame): Observation {
  const { heatmap, regions, findings } = observation;
  return {
    ...observation,
    ...(heatmap && { heatmap: heatmapFromCopy(heatmap, frame) }),
    regions: regions.map((region) => regionFromCopy(region, frame)),
    findings: findings.map((finding) =>
      finding.region ? { ...finding, region: regionFromCopy(finding.region, frame) } : finding,
    ),
  };
}

function paid(outcome: Answer): { cost_usd?: number } {
  if (outcome.status !== "observed") return {};
  const { data } = costSchema.safeParse(outcome.cost_usd);
  return data === undefined ? {} : { cost_usd: data };
}

/** @throws ArtGuardError `detection.failed` */
function handleOf(handle: JsonValue): { handle: JsonValue } {
  const { data } = z.json().safeParse(handle);
  if (data !== undefined && JSON.stringify(data).length <= longestHandle) return { handle: data };
  throw invalid(`its handle is not JSON of at most ${longestHandle} characters`);
}

function late(message: string): ArtGuardError {
  return new ArtGuardError("detection.timed-out", message);
}

function invalid(message: string): ArtGuardError {
  return new ArtGuardError("detection.failed", `the remote detector's answer is not valid: ${message}`);
}
