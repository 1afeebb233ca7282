import type { Detection, EvidenceFamily, ObservedFinding, Region } from "../detection/detection.ts";
import { plainText } from "./plain-text.ts";
import type { VisionCrop, VisionRequest } from "./vision-model.ts";

/**
 * Families whose sentences are made of numbers that were measured on pixels and coefficients. Those of the others quote
 * what the file, its metadata, its name or a remote server says, which a forger can write: a model gets their codes only.
 */
const measuringFamilies: ReadonlySet<EvidenceFamily> = new Set([
  "compression",
  "noise",
  "duplication",
  "generation",
  "learned",
]);
const name = /^[a-z0-9][a-z0-9-]{0,63}$/;
const [mostFindings, longestSentence] = [6, 300];

/** What a model is told about one detector. */
interface EvidenceRow {
  readonly detector: string;
  readonly family: EvidenceFamily;
  readonly status: Detection["status"];
  /** Why it is not applicable. */
  readonly reason?: string;
  /** The calibrated ratio in words. */
  readonly weight?: string;
  readonly findings?: readonly object[];
  /** Ids of the crops that show its places. */
  readonly crops?: readonly string[];
}

/** Ids by which a model may cite a detector: names in kebab-case, so that an id cannot carry a message. */
export function citableDetectors(evidence: readonly Detection[]): string[] {
  return evidence.map(({ id }) => id).filter((id) => name.test(id));
}

/** The evidence as a model gets it: calibrated, in words, and without anything that a file says of itself. */
export function evidenceRows({ evidence, crops, image }: Pick<VisionRequest, "evidence" | "crops" | "image">) {
  return evidence.filter(({ id }) => name.test(id)).map((detection) => rowOf(detection, crops, image.scale));
}

function rowOf(detection: Detection, crops: readonly VisionCrop[], scale: number): EvidenceRow {
  const { id, family, status, reason } = detection;
  const measuring = measuringFamilies.has(family);
  const places = [...detection.regions, ...detection.findings.flatMap(({ region }) => region ?? [])];
  const shown = crops.filter(({ region }) => places.some((place) => overlap(place, region, scale)));
  return {
    detector: id,
    family,
    status,
    ...(measuring && reason !== undefined && { reason: plainText(reason, longestSentence) }),
    ...(status === "ok" && { weight: weightInWords(detection) }),
    ...(detection.findings.length > 0 && {
      findings: detection.findings.slice(0, mostFindings).map((finding) => findingOf(finding, measuring)),
    }),
    ...(shown.length > 0 && { crops: shown.map((crop) => crop.id) }),
  };
}

function findingOf({ code, direction, claim, limitation }: ObservedFinding, measuring: boolean): object {
  return {
    ...(name.test(code) && { code }),
    speaks_for: direction,
    ...(measuring && {
      claim: plainText(claim, longestSentence),
      limitation: plainText(limitation, longestSentence),
    }),
  };
}

/** A log-likelihood ratio as a sentence that needs no logarithm. */
function weightInWords({ family, log_likelihood_ratio }: Detection): string {
  if (family === "display" || log_likelihood_ratio === undefined) return "no calibrated weight";
  const times = Number(Math.exp(Math.abs(log_likelihood_ratio)).toPrecision(2));
  if (times <= 1) return "as common among forged as among untouched images";
  const [more, less] = log_likelihood_ratio > 0 ? ["forged", "untouched"] : ["untouched", "forged"];
  return `${times} times as common among ${more} as among ${less} images`;
}

/** @param place In pixels of the oriented image. @param shown In pixels of the copy, which are `scale` of those wide. */
function overlap(place: Region, shown: Region, scale: number): boolean {
  return (
    place.x < (shown.x + shown.width) * scale &&
    shown.x * scale < place.x + place.width &&
    place.y < (shown.y + shown.height) * scale &&
    shown.y * scale < place.y + place.height
  );
}
