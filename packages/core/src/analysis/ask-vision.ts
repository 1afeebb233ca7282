import { z } from "zod";
import type { Detection, Region } from "../detection/detection.ts";
import { costOf, type RemoteLimits } from "../detection/run-remote-detector.ts";
import { stopped, untilStopped } from "../detection/until-stopped.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import { orientRegion } from "../image/frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { cropRegions } from "../vision/crop-regions.ts";
import type { Explanation, Language } from "../vision/explanation.ts";
import { groundedClaims } from "../vision/grounded.ts";
import type { Passage } from "../vision/knowledge-base.ts";
import { modelExplanation } from "../vision/model-explanation.ts";
import { plainText } from "../vision/plain-text.ts";
import { visionDetection } from "../vision/vision-detection.ts";
import type { VisionAnswer, VisionCrop, VisionModel, VisionRequest } from "../vision/vision-model.ts";
import { regionsOf } from "./completed-record.ts";

/** What a vision model gets to see. */
export interface VisionTask {
  readonly requestId: string;
  readonly language: Language;
  readonly info: ImageInfo;
  readonly copy: PreprocessedImage;
  /** Calibrated, in the frame of the stored raster. */
  readonly detections: readonly Detection[];
  readonly passages: readonly Passage[];
  readonly policy: VerdictPolicy;
}

/** How a vision model ended. */
export interface VisionOutcome {
  /** Not calibrated yet. */
  readonly detection: Detection;
  /** Only when it answered. */
  readonly explanation?: Explanation;
  readonly cost_usd?: number;
}

/** Lets a vision model look and explain; whatever it throws or answers becomes a {@link VisionOutcome}. */
export async function askVision(
  model: VisionModel,
  task: VisionTask,
  { closing, closed }: RemoteLimits,
  onSentence: (text: string) => void,
): Promise<VisionOutcome> {
  const started = performance.now();
  const request = await requestOf(task);
  const ended = (outcome: VisionAnswer | ArtGuardError, timedOut = false): Detection =>
    visionDetection({
      model,
      request,
      info: task.info,
      outcome,
      timedOut,
      elapsed_ms: performance.now() - started,
    });
  try {
    const told = (text: string) => onSentence(plainText(text, longestText));
    const explain = async () => model.explain(request, { signal: closing, onSentence: told });
    const given = await untilStopped(explain(), closed);
    if (given === stopped) return { detection: ended(late(), true) };
    const answer = checkedAnswer(given, request);
    const { language, info } = task;
    const explanation = modelExplanation({ model, answer, request, info, language });
    return { detection: ended(answer), explanation, cost_usd: answer.usage.cost_usd };
  } catch (error) {
    const typed = failureOf(error, closing.aborted);
    return { detection: ended(typed, closing.aborted), ...costOf(typed) };
  }
}

/** A vision model that was never asked. */
export function skippedVision({ id, version }: VisionModel, why: string): VisionOutcome {
  const error = new ArtGuardError("detection.timed-out", why).toJSON();
  const nothing = { score: null, regions: [], findings: [], elapsed_ms: 0 };
  return { detection: { id, family: "vision", version, status: "skipped", error, ...nothing } };
}

async function requestOf(task: VisionTask): Promise<VisionRequest> {
  const { requestId, language, copy, detections, passages, info } = task;
  const evidence = detections.map((detection) => orientedEvidence(detection, info));
  return { requestId, language, image: copy, crops: await cropsOf(task), evidence, passages };
}

/** Without crops the model still sees the whole picture. */
async function cropsOf({ copy, detections, info, policy }: VisionTask): Promise<VisionCrop[]> {
  try {
    return await cropRegions(copy, regionsOf(detections, info, policy), info);
  } catch {
    return [];
  }
}

function orientedEvidence({ heatmap: _, ...detection }: Detection, info: ImageInfo): Detection {
  const oriented = (region: Region) => orientRegion(region, info);
  return {
    ...detection,
    regions: detection.regions.map(oriented),
    findings: detection.findings.map((finding) =>
      finding.region ? { ...finding, region: oriented(finding.region) } : finding,
    ),
  };
}

/** Characters of a sentence and of an order that was found, whoever wrote them. */
const [longestText, longestInstruction] = [2000, 200];
const cites = z.array(z.string());
const spoken = z
  .string()
  .transform((text) => plainText(text, longestText))
  .pipe(z.string().min(1));
const dollars = z.number().nonnegative();
const paidSchema = z.object({ usage: z.object({ cost_usd: dollars }) });
const answerSchema = z.object({
  sentences: z.array(z.object({ text: spoken, cites })),
  findings: z.array(
    z.object({
      claim: spoken,
      direction: z.enum(["forged", "authentic", "neutral"]),
      limitation: z.string(),
      cites,
    }),
  ),
  likelihood: z.number().min(0).max(1),
  instruction: z
    .string()
    .transform((text) => plainText(text, longestInstruction))
    .optional(),
  usage: z.object({
    input_tokens: z.number().nonnegative(),
    output_tokens: z.number().nonnegative(),
    cost_usd: dollars,
  }),
  details: z.record(z.string(), z.json()),
});

/**
 * An answer of which nothing is left but what rests on evidence, whatever the model is; what is dropped adds to
 * `details.uncited`.
 *
 * @throws ArtGuardError `detection.failed` when nothing is left to say, with what the answer cost.
 */
function checkedAnswer(answer: VisionAnswer, request: VisionRequest): VisionAnswer {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), answer);
  const { instruction, details, ...rest } = parsed.data;
  const { dropped, ...kept } = groundedClaims(rest, request);
  if (kept.sentences.length === 0) throw invalid("no sentence cites evidence that it was shown", answer);
  const { uncited } = details;
  const left = dropped + (typeof uncited === "number" ? uncited : 0);
  return {
    ...rest,
    ...kept,
    details: { ...details, ...(left > 0 && { uncited: left }) },
    ...(instruction && { instruction }),
  };
}

function failureOf(error: unknown, isLate: boolean): ArtGuardError {
  if (isArtGuardError(error)) return error;
  if (isLate) return late();
  const message = error instanceof Error ? error.message : String(error);
  return new ArtGuardError("detection.failed", `the vision model threw: ${message}`, { cause: error });
}

function late(): ArtGuardError {
  return new ArtGuardError("detection.timed-out", "the vision model did not answer before the deadline");
}

/** An answer is paid for, also one that cannot be used. */
function invalid(message: string, answer: unknown): ArtGuardError {
  const { data } = paidSchema.safeParse(answer);
  return new ArtGuardError("detection.failed", `the vision model's answer is not valid: ${message}`, {
    details: { ...(data && { cost_usd: data.usage.cost_usd }) },
  });
}
