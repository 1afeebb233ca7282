import type { Detection, ObservedFinding } from "../detection/detection.ts";
import { type ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { storedRegion } from "../image/frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import { onOriginal } from "./copy-places.ts";
import type { VisionAnswer, VisionModel, VisionRequest } from "./vision-model.ts";

/** Code of the finding that the picture holds text which reads like an order to a model. */
export const instructionCode = "instruction-in-image";

const noOpinion = 0.5;

/** A call of a vision model and how it ended. */
export interface VisionCall {
  readonly model: Pick<VisionModel, "id" | "version">;
  readonly request: VisionRequest;
  readonly info: ImageInfo;
  readonly outcome: VisionAnswer | ArtGuardError;
  /** The deadline ended it. */
  readonly timedOut: boolean;
  readonly elapsed_ms: number;
}

/**
 * What became of a vision model, as a detection that is not calibrated yet. Its statistic is the model's own likelihood,
 * but 0.5, no opinion, when it read an order in the picture: nobody knows whether it obeyed. It marks no places of its own: its findings point at those that were cut out for it, in the frame of the stored raster.
 */
export function visionDetection(call: VisionCall): Detection {
  const { model, outcome, timedOut, elapsed_ms } = call;
  const identity = { id: model.id, family: "vision", version: model.version, score: null, elapsed_ms } as const;
  if (isArtGuardError(outcome)) {
    const status = timedOut ? "timed_out" : "failed";
    return { ...identity, status, error: outcome.toJSON(), regions: [], findings: [] };
  }
  const { findings, likelihood, instruction, details, usage } = outcome;
  return {
    ...identity,
    status: "ok",
    statistic: instruction === undefined ? likelihood : noOpinion,
    regions: [],
    findings: [
      ...findings.map((finding, i) => observed(finding, i, call)),
      ...(instruction === undefined ? [] : [instructionFinding(instruction)]),
    ],
    measurements: {
      ...details,
      usage: { ...usage },
      cites: Object.fromEntries(findings.map(({ cites }, i) => [codeOf(i), [...cites]])),
    },
  };
}

function observed(
  { claim, direction, limitation, cites }: VisionAnswer["findings"][number],
  index: number,
  { request, info }: VisionCall,
): ObservedFinding {
  const crop = request.crops.find(({ id }) => cites.includes(id));
  return {
    code: codeOf(index),
    claim,
    direction,
    limitation: limitation || "It is a model's impression of the picture, not a measurement.",
    ...(crop && { region: storedRegion(onOriginal(crop.region, request.image, info), info) }),
  };
}

function codeOf(index: number): string {
  return `seen-${index + 1}`;
}

function instructionFinding(instruction: string): ObservedFinding {
  return {
    code: instructionCode,
    claim: `The picture holds text that reads like an order to a model, whose opinion therefore does not count: “${instruction}”`,
    direction: "neutral",
    limitation: "Signs, screenshots and slides about such models hold such text without intent to deceive.",
    overturned_by: "The picture itself: nothing of the kind is written in it.",
  };
}
