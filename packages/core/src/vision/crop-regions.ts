import type { Region } from "../detection/detection.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { VisionCrop } from "./vision-model.ts";

/** Marked places, cut out of the copy. */
export async function cropRegions(image: PreprocessedImage, regions: readonly Region[]): Promise<VisionCrop[]> {
  return regions.slice(0, 3).map((region, index) => ({ id: `R${index + 1}`, bytes: image.bytes, region }));
}
