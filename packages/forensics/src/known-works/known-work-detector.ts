import type {
  Detector,
  ForensicImage,
  Heatmap,
  NotApplicable,
  Observation,
  ObservedFinding,
  Raster,
} from "@artguard/core";
import { uprightHash } from "@artguard/core/image";
import { notApplicable } from "../not-applicable.ts";
import { stored, upright } from "../raster/orient-raster.ts";
import { type ComparedWork, compareWithOriginal } from "./compare-with-original.ts";
import type { KnownWorkCandidate, KnownWorks } from "./known-works.ts";

/** Bits of 64 in which the hashes of a copy and its original may differ; other pictures are told apart by their pixels. */
const hashDistance = 14;
/** Nearest works whose pixels are compared. */
const mostCompared = 3;
/** Smallest side of an image that can be aligned. */
const smallestSide = 64;

/** Options of {@link knownWorkDetector}. */
export interface KnownWorkOptions {
  /** The registry of originals. */
  readonly works: KnownWorks;
}

/**
 * Recognises copies of known works and marks where they differ from the original beyond what re-encoding, resizing,
 * cutting, mirroring and a change of tones explain. Not in the default set: it needs a registry.
 *
 * The statistic is a log-likelihood ratio by rule: −4 for an identical file and for a copy that differs nowhere, 0 at the
 * point of indifference, 4 where 3 × 3 cells differ on average 2.5 times as much as is explained, and at most 1 where the
 * tones of the whole picture were changed strongly.
 *
 * Runs in the host, beside the registry, without the isolation that untrusted images get. The image in question arrives
 * as the raster that its child process decoded; originals are decoded in the host, because they are the operator's own
 * files: never register files that a user submits.
 *
 * @example
 * const { works } = await folderKnownWorks("originals");
 * await using artguard = await createArtGuard({ detectors: [...forensicDetectors(), knownWorkDetector({ works })] });
 */
export function knownWorkDetector({ works }: KnownWorkOptions): Detector {
  return {
    id: "known-work",
    version: "1.0.0",
    family: "reference",
    detect: (image) => detect(image, works),
  };
}

async function detect(image: ForensicImage, works: KnownWorks): Promise<Observation | NotApplicable> {
  const identical = await works.findIdentical(image.info.sha256);
  if (identical) return identicalFile(identical.work_id);
  if (Math.min(image.raster.width, image.raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  const hash = uprightHash(image.raster, image.info);
  if (hash === undefined) return notApplicable("The picture is too flat to be recognised.");
  const candidates = await works.findSimilar(hash, hashDistance);
  for (const candidate of candidates.slice(0, mostCompared)) {
    const original = asStored(await works.open(candidate.work_id), candidate, image);
    const compared = compareWithOriginal(image.raster, original);
    if (compared) return observation(candidate, compared, image.raster);
  }
  return notApplicable(
    candidates.length === 0 ? "No known work looks like this picture." : "No known work is the same picture.",
  );
}

/** The original in the frame in which the image is stored. */
function asStored({ raster, info }: ForensicImage, { mirrored }: KnownWorkCandidate, image: ForensicImage): Raster {
  const seen = upright(raster, info.orientation);
  return stored(mirrored ? upright(seen, 2) : seen, image.info.orientation);
}

function identicalFile(workId: string): Observation {
  return {
    applicable: true,
    statistic: -4,
    regions: [],
    findings: [
      {
        code: "identical-to-known-original",
        claim: `The file is byte for byte the known original "${workId}".`,
        direction: "authentic",
        limitation: "Whether the registered original itself is untouched is not known from this.",
        overturned_by: "Proof that the registered original was manipulated before it was registered.",
      },
    ],
    measurements: { work_id: workId, relation: "identical" },
  };
}

function observation(candidate: KnownWorkCandidate, compared: ComparedWork, raster: Raster): Observation {
  const regions = compared.regions.map(({ region }) => region);
  const finding = compared.regions[0] ? differs(candidate, compared) : sameContent(candidate, compared);
  return {
    applicable: true,
    statistic: compared.logLikelihoodRatio,
    ...(compared.decisive && { decisive: finding.code }),
    heatmap: heatmapOf(compared, raster),
    regions,
    findings: [finding],
    measurements: {
      work_id: candidate.work_id,
      relation: compared.regions[0] ? "edited" : "re-encoded",
      hash_distance: candidate.distance,
      mirrored: candidate.mirrored,
      shown_share: compared.shownShare,
      agreeing_share: compared.agreeingShare,
      differing_share: compared.differingShare,
      scale: compared.place.scaleX,
    },
  };
}

/** How the copy was made, for a sentence. */
function copyOf({ work_id, mirrored }: KnownWorkCandidate, { shownShare }: ComparedWork): string {
  const part = shownShare < 0.97 ? `about ${Math.round(100 * shownShare)} % of ` : "";
  return `${part}the known original "${work_id}"${mirrored ? ", mirrored," : ""}`;
}

function differs(candidate: KnownWorkCandidate, compared: ComparedWork): ObservedFinding {
  const share = (100 * compared.differingShare).toFixed(1);
  return {
    code: "differs-from-known-original",
    claim: `The picture shows ${copyOf(candidate, compared)} but differs from it in ${share} % of its area beyond what re-encoding explains.`,
    direction: "forged",
    limitation:
      "A local retouch, a watermark, a caption or a restoration of the work differs as well; it says nothing of intent.",
    overturned_by: "The original beside the image: the marked region shows the same in both.",
    region: compared.regions[0]!.region,
  };
}

function sameContent(candidate: KnownWorkCandidate, compared: ComparedWork): ObservedFinding {
  return {
    code: "same-as-known-original",
    claim: `The picture shows ${copyOf(candidate, compared)} and differs from it only as re-encoding explains.`,
    direction: "authentic",
    limitation:
      "Changes smaller than about 16 pixels, and whether the registered original itself is untouched, are not seen.",
    overturned_by: "A place in which the image and the original, laid over each other, show different things.",
  };
}

function heatmapOf({ difference, reduction, marks }: ComparedWork, { width, height }: Raster): Heatmap {
  const scale = reduction * 8;
  const [columns, rows] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  const data = new Float32Array(columns * rows);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    data[i] = marks[y * difference.width + x] ?? 0;
  }
  return { width: columns, height: rows, scale, data };
}
