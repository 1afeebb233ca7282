import {
  type Detector,
  type ForensicImage,
  isArtGuardError,
  type NotApplicable,
  type Observation,
} from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { jpegStructureOf } from "../jpeg/jpeg-of.ts";
import { flatShare } from "./flat-share.ts";
import { imageFeatures } from "./image-features.ts";
import { operatingThreshold, syntheticLogOdds } from "./synthetic-image-model.ts";
import { tileSide } from "./tiles.ts";

/** Pictures compressed more coarsely than this have lost the fine detail that is looked at. */
const lowestQuality = 60;
/** More pixels equal to their neighbour mean flat graphics, of which the model has seen none. */
const mostFlat = 0.62;

/**
 * Is the picture itself the output of an image generator? A small model on statistics of fine detail, trained on
 * generated and human pictures that went through the same sizes and compressions.
 *
 * The statistic is the model's log odds, in nats at even prior; a finding is made only above the threshold that held-out
 * human pictures of the training sources exceeded in 1 % of cases. No heat map: the whole picture is judged.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [syntheticImageDetector()] });
 */
export function syntheticImageDetector(): Detector {
  return {
    id: "synthetic-image",
    version: "1.0.0",
    family: "generation",
    source: detectorSource("syntheticImageDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < tileSide)
    return notApplicable(`The image is smaller than ${tileSide} px.`);
  const quality = qualityOf(image);
  if (quality < lowestQuality)
    return notApplicable(`The JPEG quality of about ${quality} is below ${lowestQuality}: fine detail is gone.`);
  const flat = flatShare(raster);
  if (flat > mostFlat) return notApplicable("The image is a flat graphic or a screenshot, not a picture.");
  return observation(syntheticLogOdds(imageFeatures(raster)), flat);
}

/** Of the file itself; 100 for files without loss, and for JPEGs whose tables cannot be read. */
function qualityOf({ bytes, info }: ForensicImage): number {
  if (info.format !== "jpeg") return 100;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return 100;
    throw error;
  }
}

function observation(logOdds: number, flat: number): Observation {
  return {
    applicable: true,
    statistic: logOdds,
    regions: [],
    findings: logOdds > operatingThreshold ? [finding] : [],
    measurements: { log_odds: logOdds, threshold: operatingThreshold, flat_share: flat },
  };
}

const finding = {
  code: "generated-texture",
  claim:
    "The fine detail of the whole picture is like that of image generators more than that of cameras and painters.",
  direction: "forged",
  limitation:
    "A small statistical model that knows a few generators: new ones escape it, and digital paintings, renderings, strong denoising or upscaling can look alike.",
  overturned_by: "Working files, a camera original or a larger version of the picture that shows its making.",
} as const;

function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
