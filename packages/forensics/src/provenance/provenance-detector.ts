import {
  type Detector,
  type ForensicImage,
  isArtGuardError,
  type JsonValue,
  type NotApplicable,
  type Observation,
  type ObservedFinding,
} from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import { detectorSource } from "../detector-source.ts";
import { jpegStructureOf } from "../jpeg/jpeg-of.ts";
import { assertTrustAnchors } from "./c2pa-reader.ts";
import { type ProvenanceFinding, provenanceFindings } from "./provenance-findings.ts";
import { type ProvenanceReport, saysAnything } from "./provenance-report.ts";
import { type ProvenanceOptions, readProvenance } from "./read-provenance.ts";
import { thumbnailSimilarity } from "./thumbnail-similarity.ts";

/** Thumbnails smaller than this show too little to compare. */
const smallestThumbnail = 32;

/**
 * Where the file says that it comes from: C2PA manifests, image generators' settings, EXIF, XMP, and whether the
 * embedded thumbnail shows the same picture. Rules, not statistics: each finding has a fixed log-likelihood ratio
 * (see `provenanceFindings`), and the statistic is their sum. A file that says nothing is not applicable: absent
 * metadata is never evidence.
 *
 * `measurements.report` is the {@link ProvenanceReport}, `measurements.thumbnail_similarity` −1…1 or null.
 *
 * @param options.trustAnchors Certificates (PEM) whose C2PA signatures are trusted; default none.
 * @throws ArtGuardError `analysis.invalid-input` when an anchor is no certificate.
 * @example
 * const artguard = await createArtGuard({ detectors: [provenanceDetector({ trustAnchors: await readFile("anchors.pem", "utf8") })] });
 */
export function provenanceDetector(options: ProvenanceOptions = {}): Detector {
  assertTrustAnchors(options);
  return {
    id: "provenance",
    version: "1.0.0",
    family: "provenance",
    source: detectorSource("provenanceDetector", { ...options }),
    detect: (image) => detect(image, options),
  };
}

async function detect(image: ForensicImage, options: ProvenanceOptions): Promise<Observation | NotApplicable> {
  const report = await readProvenance(image.bytes, options);
  const similarity = await similarityOfThumbnail(image);
  if (!saysAnything(report) && similarity === null)
    return { applicable: false, reason: "The file says nothing about where it comes from." };
  const findings = provenanceFindings(report, similarity);
  const decisive = findings.find(({ isDecisive }) => isDecisive)?.code;
  return {
    applicable: true,
    statistic: findings.reduce((sum, { logLikelihoodRatio }) => sum + logLikelihoodRatio, 0),
    ...(decisive !== undefined && { decisive }),
    regions: [],
    findings: findings.map(observed),
    measurements: { report: asJson(report), thumbnail_similarity: similarity },
  };
}

function observed({ code, claim, limitation, overturned_by, logLikelihoodRatio }: ProvenanceFinding): ObservedFinding {
  const direction = logLikelihoodRatio > 0 ? "forged" : logLikelihoodRatio < 0 ? "authentic" : "neutral";
  return { code, claim, direction, limitation, overturned_by };
}

/** A report consists of JSON alone; the type system cannot see that of read-only lists. */
function asJson(report: ProvenanceReport): JsonValue {
  return JSON.parse(JSON.stringify(report)) as JsonValue;
}

async function similarityOfThumbnail({ bytes, info, raster }: ForensicImage): Promise<number | null> {
  if (info.format !== "jpeg") return null;
  try {
    const { thumbnail } = jpegStructureOf(bytes);
    if (!thumbnail) return null;
    const small = (await openForensicImage(thumbnail)).raster;
    if (Math.min(small.width, small.height) < smallestThumbnail) return null;
    return thumbnailSimilarity(raster, small);
  } catch (error) {
    // A broken thumbnail, or a JPEG that only a lenient decoder reads, says nothing.
    if (isArtGuardError(error)) return null;
    throw error;
  }
}
