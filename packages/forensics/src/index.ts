import type { Detector } from "@artguard/core";
import { doubleQuantizationDetector } from "./double-quantization/double-quantization-detector.ts";
import { errorLevelDetector } from "./error-level/error-level-detector.ts";
import { jpegGhostDetector } from "./jpeg-ghost/jpeg-ghost-detector.ts";
import { jpegGridDetector } from "./jpeg-grid/jpeg-grid-detector.ts";
import { noiseLevelDetector } from "./noise-level/noise-level-detector.ts";
import { provenanceDetector } from "./provenance/provenance-detector.ts";
import type { ProvenanceOptions } from "./provenance/read-provenance.ts";

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
export {
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

/**
 * The local detectors that `createArtGuard` is meant to run, cheapest first.
 *
 * @param options Passed on to {@link provenanceDetector}.
 */
export function forensicDetectors(options: ProvenanceOptions = {}): Detector[] {
  return [
    provenanceDetector(options),
    doubleQuantizationDetector(),
    errorLevelDetector(),
    noiseLevelDetector(),
    jpegGhostDetector(),
    jpegGridDetector(),
  ];
}
