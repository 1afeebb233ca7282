import { z } from "zod";
import { type ObservedFinding, regionSchema } from "../detection/detection.ts";
import type { RemoteOutcome } from "../detection/remote-detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { preprocessedSide } from "../image/preprocess-image.ts";
import { plainText } from "../vision/plain-text.ts";
import type { CopySize } from "./result-address.ts";

const maximumCells = 65_536;
const maximumRegions = 32;
const maximumCorners = 256;
/** Characters of what is wrong with an answer. */
const longestProblem = 300;

const share = z.number().min(0).max(1);
const pixels = z.number().int().positive().max(preprocessedSide);
/** A name that may be shown as it is. */
const label = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/@+-]{0,99}$/);

/**
 * What an endpoint answers, as JSON. Places are in pixels of the picture that was sent.
 * Anything else, more keys included, is `modal.invalid-response`.
 */
export const modalAnswerSchema = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("ok"),
    /** The model's own probability that the picture is forged, 0–1. */
    score: share,
    model: label,
    version: label,
    /** Cell (i, j) covers pixels `[i·scale, (i+1)·scale) × [j·scale, (j+1)·scale)`; `data` is row-major, 0–1. */
    heatmap: z
      .strictObject({
        /** `ceil(picture width / scale)` */
        width: pixels,
        /** `ceil(picture height / scale)` */
        height: pixels,
        scale: pixels,
        /** `width · height` numbers. */
        data: z.array(share).max(maximumCells),
      })
      .optional(),
    /** Strongest first. */
    regions: z.array(regionSchema.strict()).max(maximumRegions).optional(),
    cost_usd: z.number().min(0).max(1000).optional(),
  }),
  z.strictObject({
    status: z.literal("not_applicable"),
    /** One English sentence. */
    reason: z.string().regex(/^[^\p{C}]{1,500}$/u),
    model: label,
    version: label,
  }),
]);
/** See {@link modalAnswerSchema}. */
export type ModalAnswer = z.infer<typeof modalAnswerSchema>;

type Measured = Extract<ModalAnswer, { status: "ok" }>;

/** What a warm endpoint says of itself. */
const readySchema = z.strictObject({ status: z.literal("ready"), model: label, version: label });
/** See {@link parseReady}. */
export type Ready = Pick<z.infer<typeof readySchema>, "model" | "version">;

/** @throws ArtGuardError `modal.invalid-response` */
export function parseReady(text: string): Ready {
  const { model, version } = parse(text, readySchema);
  return { model, version };
}

/**
 * The outcome that an answer means for a copy of this size.
 *
 * @throws ArtGuardError `modal.invalid-response`
 */
export function outcomeOf(text: string, size: CopySize): RemoteOutcome {
  const answer = parse(text, modalAnswerSchema);
  if (answer.status === "not_applicable") return { status: "not_applicable", reason: answer.reason };
  assertFits(answer, size);
  const { score, model, version, heatmap, regions = [], cost_usd } = answer;
  return {
    status: "observed",
    version,
    ...(cost_usd !== undefined && { cost_usd }),
    observation: {
      applicable: true,
      statistic: score,
      ...(heatmap && { heatmap: { ...heatmap, data: Float32Array.from(heatmap.data) } }),
      regions,
      findings: [findingOf(answer)],
      measurements: { model },
    },
  };
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid("is not JSON", error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // It names fields that the endpoint made up.
  const problem = plainText(issue?.message ?? "", longestProblem);
  throw invalid(`breaks the contract at "${issue?.path.join(".")}": ${problem}`, parsed.error);
}

function assertFits({ heatmap, regions = [] }: Measured, { width, height }: CopySize): void {
  if (heatmap) {
    const [across, down] = [Math.ceil(width / heatmap.scale), Math.ceil(height / heatmap.scale)];
    if (heatmap.width !== across || heatmap.height !== down || heatmap.data.length !== across * down)
      throw invalid(`has a heat map that does not cover the picture of ${width}×${height} pixels`);
  }
  for (const { x, y, width: wide, height: high, polygon = [] } of regions) {
    const isInside =
      x + wide <= width && y + high <= height && polygon.every(([px, py]) => px <= width && py <= height);
    if (!isInside) throw invalid("has a region outside the picture");
    if (polygon.length > maximumCorners) throw invalid("has an outline with too many corners");
  }
}

function findingOf({ score, model, version }: Measured): ObservedFinding {
  return {
    code: "remote-model-score",
    claim: `The remote model ${model} ${version} puts the probability of a forgery at ${(100 * score).toFixed(1)} %.`,
    direction: score === 0.5 ? "neutral" : score > 0.5 ? "forged" : "authentic",
    limitation: "The number is the model's own: this project has neither calibrated nor tested it.",
    overturned_by: "The same model's scores on known forgeries and known originals of this kind.",
  };
}

function invalid(what: string, cause?: unknown): ArtGuardError {
  return new ArtGuardError("modal.invalid-response", `the answer ${what}`, { cause });
}
