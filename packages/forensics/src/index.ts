import type { Detector } from "@artguard/core";
import { doubleQuantizationDetector } from "./double-quantization/double-quantization-detector.ts";

export { doubleQuantizationDetector } from "./double-quantization/double-quantization-detector.ts";
export type { CoefficientPlane, JpegComponent, JpegMarker, JpegStructure } from "./jpeg/jpeg-structure.ts";
export {
  type CoefficientOptions,
  type JpegCoefficients,
  readJpegCoefficients,
  readJpegStructure,
} from "./jpeg/read-jpeg.ts";

/** The local detectors that `createArtGuard` is meant to run, cheapest first. */
export function forensicDetectors(): Detector[] {
  return [doubleQuantizationDetector()];
}
