/**
 * The local detectors: bytes and pixels in, detections out.
 *
 * @module @artguard/forensics
 */
import type { Detector } from "@artguard/core";
import { copyMoveDetector } from "./copy-move/copy-move-detector.ts";
import { demosaicingDetector } from "./demosaicing/demosaicing-detector.ts";
import { doubleQuantizationDetector } from "./double-quantization/double-quantization-detector.ts";
import { errorLevelDetector } from "./error-level/error-level-detector.ts";
import { jpegGhostDetector } from "./jpeg-ghost/jpeg-ghost-detector.ts";
import { jpegGridDetector } from "./jpeg-grid/jpeg-grid-detector.ts";
import { learnedDetector } from "./learned/learned-detector.ts";
import { noiseLevelDetector } from "./noise-level/noise-level-detector.ts";
import { noiseResidualDetector } from "./noise-residual/noise-residual-detector.ts";
import { provenanceDetector } from "./provenance/provenance-detector.ts";
import type { ProvenanceOptions } from "./provenance/read-provenance.ts";
import { recaptureDetector } from "./recapture/recapture-detector.ts";
import { resamplingDetector } from "./resampling/resampling-detector.ts";
import { shiftedDoubleCompressionDetector } from "./shifted-double-compression/shifted-double-compression-detector.ts";
import { syntheticImageDetector } from "./synthetic-image/synthetic-image-detector.ts";
import { textEditDetector } from "./text-edit/text-edit-detector.ts";

export { blockingDetector } from "./blocking/blocking-detector.ts";
export { type CopyMoveOptions, copyMoveDetector } from "./copy-move/copy-move-detector.ts";
export { demosaicingDetector } from "./demosaicing/demosaicing-detector.ts";
export { doubleQuantizationDetector } from "./double-quantization/double-quantization-detector.ts";
export { errorLevelDetector } from "./error-level/error-level-detector.ts";
export type { CoefficientPlane, JpegComponent, JpegMarker, JpegStructure } from "./jpeg/jpeg-structure.ts";
export {
  type CoefficientOptions,
  type JpegCoefficients,
  readJpegCoefficients,
  readJpegStructure,
} from "./jpeg/read-jpeg.ts";
export { jpegGhostDetector } from "./jpeg-ghost/jpeg-ghost-detector.ts";
export { jpegGridDetector } from "./jpeg-grid/jpeg-grid-detector.ts";
export { type FolderKnownWorks, folderKnownWorks } from "./known-works/folder-known-works.ts";
export { type KnownWorkOptions, knownWorkDetector } from "./known-works/known-work-detector.ts";
export type { KnownWorkCandidate, KnownWorks } from "./known-works/known-works.ts";
export { MemoryKnownWorks } from "./known-works/memory-known-works.ts";
export {
  type FeatureStatistics,
  type ForgeryNetwork,
  type InferenceRuntime,
  inferenceRuntimes,
  type NetworkOutput,
  openForgeryNetwork,
} from "./learned/forgery-network.ts";
export { learnedDetector } from "./learned/learned-detector.ts";
export { type ForgeryReading, readForgery } from "./learned/read-forgery.ts";
export type { Tiling } from "./learned/tiles.ts";
export { noiseLevelDetector } from "./noise-level/noise-level-detector.ts";
export { noiseResidualDetector } from "./noise-residual/noise-residual-detector.ts";
export { differenceHash } from "./perceptual-hash/difference-hash.ts";
export { assertTrustAnchors, type TrustOptions } from "./provenance/c2pa-reader.ts";
export type {
  ContentCredentials,
  ManifestIntegrity,
  ManifestSigner,
} from "./provenance/content-credentials.ts";
export type { GeneratorMetadata } from "./provenance/generator-metadata.ts";
export type { IngredientNode, ManifestNode } from "./provenance/manifest-tree.ts";
export { provenanceDetector } from "./provenance/provenance-detector.ts";
export type { ProvenanceReport } from "./provenance/provenance-report.ts";
export { type ProvenanceOptions, readProvenance } from "./provenance/read-provenance.ts";
export type { HistoryStep } from "./provenance/xmp-facts.ts";
export { recaptureDetector } from "./recapture/recapture-detector.ts";
export { resamplingDetector } from "./resampling/resampling-detector.ts";
export { shiftedDoubleCompressionDetector } from "./shifted-double-compression/shifted-double-compression-detector.ts";
export {
  type ComparedStyle,
  compareToReferences,
  type RefusedStyle,
  type StyleComparison,
  type StyleOptions,
} from "./style-comparison/compare-to-references.ts";
export type { StyleControl } from "./style-comparison/style-controls.ts";
export { syntheticImageDetector } from "./synthetic-image/synthetic-image-detector.ts";
export { textEditDetector } from "./text-edit/text-edit-detector.ts";

/**
 * The local detectors that `createArtGuard` is meant to run, cheapest first.
 *
 * @param options Passed on to {@link provenanceDetector}.
 * @example
 * await using artguard = await createArtGuard({ detectors: forensicDetectors() });
 */
export function forensicDetectors(options: ProvenanceOptions = {}): Detector[] {
  return [
    provenanceDetector(options),
    doubleQuantizationDetector(),
    errorLevelDetector(),
    noiseLevelDetector(),
    noiseResidualDetector(),
    demosaicingDetector(),
    jpegGhostDetector(),
    jpegGridDetector(),
    resamplingDetector(),
    shiftedDoubleCompressionDetector(),
    recaptureDetector(),
    textEditDetector(),
    copyMoveDetector(),
    syntheticImageDetector(),
    learnedDetector(),
  ];
}
