import type { ImageInfo } from "../image/image-info.ts";
import type { Raster } from "../image/raster.ts";
import type { EvidenceFamily, JsonValue, NotApplicable, Observation } from "./detection.ts";

/** Lane 1 of an image: the original bytes and the unscaled pixels. Detectors must not change either. */
export interface ForensicImage {
  /** The file, byte for byte. */
  readonly bytes: Uint8Array;
  readonly info: ImageInfo;
  /** First frame, unscaled, as stored (EXIF orientation not applied, so that JPEG blocks keep their place). */
  readonly raster: Raster;
}

/** Where an isolated child process finds a detector. */
export interface DetectorSource {
  /** Absolute `file:` URL of an ES module. */
  readonly module: string;
  /** Name of an exported function that returns the detector. */
  readonly export: string;
  /** What that function is called with. */
  readonly argument?: JsonValue;
}

/**
 * A cue: looks at an image and reports what it saw. Implementations hold no state between images.
 *
 * `detect` reports an image it cannot judge as {@link NotApplicable} and throws only on a defect of its own;
 * the caller turns a throw into `status: "failed"` and keeps the other detectors' results.
 */
export interface Detector {
  /** Stable kebab-case name, e.g. `double-quantization`. */
  readonly id: string;
  /** Semantic version of the algorithm and its parameters; calibration is bound to it. */
  readonly version: string;
  readonly family: EvidenceFamily;
  /** Present when the detector may run in an isolated child process; without it, it runs in the host on a copied raster. */
  readonly source?: DetectorSource;
  /**
   * @param image Original bytes and unscaled raster.
   * @param options.signal Fires at the deadline; long loops that await should check it.
   */
  detect(
    image: ForensicImage,
    options: { signal: AbortSignal },
  ): Promise<Observation | NotApplicable> | Observation | NotApplicable;
}
