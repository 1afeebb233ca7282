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
import { generatorLogOdds } from "./generator-network.ts";
import operation from "./operation.json" with { type: "json" };
import { pictureViews, viewSide } from "./picture-views.ts";

/** Pictures compressed more coarsely than this are none that the model was trained on. */
const lowestQuality = 60;
/** More pixels equal to their neighbour mean flat graphics, of which the model has seen none. */
const mostFlat = 0.62;
/** Log odds above which no more than 1 % of held-out human pictures of the training sources lay. */
const operatingThreshold = operation.threshold;

/**
 * Is the picture itself the output of an image generator? A small model on what an ImageNet network sees in
 * it at a small size, trained on generated and human pictures that went through the same sizes and compressions.
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
    version: "2.0.0",
    family: "generation",
    source: detectorSource("syntheticImageDetector"),
    detect,
  };
}

async function detect(image: ForensicImage, { signal }: { signal: AbortSignal }): Promise<Observation | NotApplicable> {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < viewSide)
    return notApplicable(`The image is smaller than ${viewSide} px.`);
  const quality = qualityOf(image);
  if (quality < lowestQuality)
    return notApplicable(
      `The JPEG quality of about ${quality} is below ${lowestQuality}: the model knows no such pictures.`,
    );
  const flat = flatShare(raster);
  if (flat > mostFlat) return notApplicable("The image is a flat graphic or a screenshot, not a picture.");
  const logOdds = await generatorLogOdds(pictureViews(raster));
  signal.throwIfAborted();
  return observation(logOdds, flat);
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
  claim: "The picture as a whole looks like those of image generators more than like those of cameras and painters.",
  direction: "forged",
  limitation:
    "A small statistical model that knows a few generators: new ones escape it, and paintings, illustrations and photographs of a similar style can look alike.",
  overturned_by: "Working files, a camera original or a larger version of the picture that shows its making.",
} as const;

function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
