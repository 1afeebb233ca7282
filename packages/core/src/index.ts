export {
  detectionStatuses,
  type EvidenceFamily,
  evidenceFamilies,
  type Heatmap,
  type NotApplicable,
  type Observation,
  type ObservedFinding,
  observedFindingSchema,
  type Region,
  regionSchema,
} from "./detection/detection.ts";
export type { Detector, DetectorSource, ForensicImage } from "./detection/detector.ts";
export {
  ArtGuardError,
  type ArtGuardErrorOptions,
  type ErrorRecord,
  isArtGuardError,
} from "./errors/artguard-error.ts";
export { type ErrorCode, errorCodes } from "./errors/error-codes.ts";
export { type ImageFormat, type ImageInfo, imageFormats } from "./image/image-info.ts";
export type { Raster } from "./image/raster.ts";
