import type { Detection } from "../detection/detection.ts";
import { detectionOf } from "../detection/detection-of.ts";
import type { Detector } from "../detection/detector.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import { fuse } from "../fusion/fuse.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import type { Examiner } from "../image/examiner.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import type { ImageVariant } from "../image/image-variant.ts";
import {
  accusations,
  compareStability,
  isUnfinished,
  type StabilityReport,
  type StabilityVariant,
  summarizeStability,
} from "./stability.ts";

/** Options of a stability probe. */
export interface StabilityOptions {
  /** Ids of the detectors to ask again; default those that accuse the image and the fastest others, as the budget allows. */
  detectors?: readonly string[];
  /** Milliseconds for all variants together; default 20 000. */
  budgetMs?: number;
  /** Stops the probe. */
  signal?: AbortSignal;
}

/** What a probe works with. */
export interface ProbeContext {
  readonly detectors: readonly Detector[];
  readonly examiner: Examiner;
  readonly policy: VerdictPolicy;
  readonly limits: ImageLimits;
}

type NamedVariant = ImageVariant & Pick<StabilityVariant, "id" | "description">;

const messenger = "messenger";
/** In the order of their claim to the budget. */
const variants: readonly NamedVariant[] = [
  { id: messenger, description: "resizing to 75 % and saving as JPEG 75", resize: 0.75, quality: 75 },
  { id: "jpeg-75", description: "saving as JPEG 75", quality: 75 },
  { id: "resize-75", description: "resizing to 75 % and saving as JPEG 90", resize: 0.75, quality: 90 },
  { id: "crop-5", description: "cutting 5 % off every side and saving as JPEG 90", crop: 0.05, quality: 90 },
];

const defaultBudgetMs = 20_000;
/** Of what accusers leave of the budget, what other detectors may be expected to need; the rest is for delays. */
const plannedShare = 0.5;

/**
 * Examines variants of an image as a messenger app, another save or a crop would leave it, and tells which verdict and
 * which evidence outlives them. Works within a time budget: variants that it does not reach are `not_run`.
 *
 * @param detections Of the image itself, calibrated under the context's policy.
 * @throws ArtGuardError `analysis.invalid-input` for unknown detectors or a budget out of range.
 * @throws the signal's reason once it fired.
 */
export async function probeStability(
  bytes: Uint8Array,
  detections: readonly Detection[],
  options: StabilityOptions,
  context: ProbeContext,
): Promise<StabilityReport> {
  const budgetMs = checkedBudget(options.budgetMs);
  const ids = options.detectors
    ? checkedIds(options.detectors, context)
    : affordable(ofDetectors(detections, context), budgetMs, context.policy);
  const detectors = context.detectors.filter(({ id }) => ids.includes(id));
  const baseline = detections.filter(({ id }) => ids.includes(id));
  const deadline = performance.now() + budgetMs;
  const probed: StabilityVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    options.signal?.throwIfAborted();
    const left = deadline - performance.now();
    const share = index + 1 < variants.length ? left / 2 : left;
    probed.push(await probe(variant, { bytes, baseline, detectors, budgetMs: share, signal: options.signal }, context));
  }
  return reportOf(detections, baseline, probed, context);
}

function reportOf(
  detections: readonly Detection[],
  baseline: readonly Detection[],
  probed: StabilityVariant[],
  { policy }: ProbeContext,
): StabilityReport {
  const { verdict } = fuse(detections, policy);
  const { verdict: probedVerdict, forgery_score } = fuse(baseline, policy);
  const survives = probed.find(({ id }) => id === messenger)?.comparison?.verdict_survives ?? null;
  const report = {
    detectors: baseline.map(idOf),
    not_probed: detections.filter((each) => each.family !== "display" && !baseline.includes(each)).map(idOf),
    verdict,
    baseline: { verdict: probedVerdict, forgery_score },
    variants: probed,
    survives_messenger: verdict === probedVerdict ? survives : null,
  };
  return { ...report, summary: summarizeStability(report) };
}

/** What answers from elsewhere is not asked about every variant. */
function ofDetectors(detections: readonly Detection[], { detectors }: ProbeContext): Detection[] {
  return detections.filter((detection) => detectors.some(({ id }) => id === detection.id));
}

function idOf({ id }: Detection): string {
  return id;
}

interface Probe {
  readonly bytes: Uint8Array;
  readonly baseline: readonly Detection[];
  readonly detectors: readonly Detector[];
  readonly budgetMs: number;
  readonly signal: AbortSignal | undefined;
}

async function probe(
  { id, description, ...variant }: NamedVariant,
  { bytes, baseline, detectors, budgetMs, signal }: Probe,
  context: ProbeContext,
): Promise<StabilityVariant> {
  if (budgetMs < 1) return { id, description, status: "not_run", elapsed_ms: 0 };
  const started = performance.now();
  const elapsed = () => ({ id, description, elapsed_ms: performance.now() - started });
  try {
    const options = { detectors, deadlineMs: budgetMs, variant, ...(signal && { signal }) };
    const seen = await detect(bytes, context, options);
    const status = seen.some(isUnfinished) ? "incomplete" : "ok";
    return { ...elapsed(), status, comparison: compareStability(baseline, seen, context.policy) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isArtGuardError(error)) throw error;
    if (error.code === "image.decode-timeout") return { ...elapsed(), status: "not_run", error: error.toJSON() };
    return { ...elapsed(), status: "failed", error: error.toJSON() };
  }
}

/** Calibrated detections of an image or of a variant of it. */
export async function detect(
  bytes: Uint8Array,
  { examiner, limits, policy }: ProbeContext,
  options: { detectors: readonly Detector[]; deadlineMs: number; variant?: ImageVariant; signal?: AbortSignal },
): Promise<Detection[]> {
  const detections: Detection[] = [];
  for await (const event of examiner.examine(bytes, { ...options, limits }))
    if (event.type === "detected")
      detections.push(calibrateDetection(detectionOf(event.run), policy.calibration, policy.bounded));
  return detections;
}

/**
 * The detectors that fit the budget on every variant by the time they took on the image, cheapest first; those that
 * accuse it come before the others and may plan with the whole budget: without them there is nothing to compare.
 */
function affordable(detections: readonly Detection[], budgetMs: number, policy: VerdictPolicy): string[] {
  const accusers = new Set(accusations(detections, policy).map(({ detector }) => detector));
  const able = detections
    .filter((detection) => detection.family !== "display" && !isUnfinished(detection))
    .toSorted((a, b) => a.elapsed_ms - b.elapsed_ms);
  const accusing = fitting(
    able.filter(({ id }) => accusers.has(id)),
    budgetMs,
  );
  const left = budgetMs - costOf(accusing);
  const others = fitting(
    able.filter(({ id }) => !accusers.has(id)),
    plannedShare * left,
  );
  return [...accusing, ...others].map(idOf);
}

/** As many detections from the cheapest on as their detectors fit the budget on every variant. */
function fitting(cheapestFirst: readonly Detection[], budgetMs: number): readonly Detection[] {
  const beyond = cheapestFirst.findIndex((_, index) => costOf(cheapestFirst.slice(0, index + 1)) > budgetMs);
  return beyond === -1 ? cheapestFirst : cheapestFirst.slice(0, beyond);
}

/** Milliseconds that the detectors took, times the variants. */
function costOf(detections: readonly Detection[]): number {
  return variants.length * detections.reduce((sum, { elapsed_ms }) => sum + elapsed_ms, 0);
}

function checkedIds(ids: readonly string[], { detectors }: ProbeContext): readonly string[] {
  const unknown = ids.find((wanted) => !detectors.some(({ id }) => id === wanted));
  if (unknown === undefined) return ids;
  throw new ArtGuardError("analysis.invalid-input", `there is no detector "${unknown}" to probe stability with`);
}

function checkedBudget(budgetMs = defaultBudgetMs): number {
  if (budgetMs > 0 && budgetMs < 2 ** 31) return budgetMs;
  throw new ArtGuardError("analysis.invalid-input", `budgetMs must be from above 0 to below 2³¹, got ${budgetMs}`);
}
