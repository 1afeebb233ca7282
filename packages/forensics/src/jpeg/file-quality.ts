import { type ForensicImage, isArtGuardError } from "@artguard/core";
import { jpegStructureOf } from "./jpeg-of.ts";

/** JPEG quality of a file by its luma table, 1–100; 100 for other formats and for JPEGs whose tables cannot be read. */
export function fileQuality({ bytes, info }: ForensicImage): number {
  if (info.format !== "jpeg") return 100;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return 100;
    throw error;
  }
}
