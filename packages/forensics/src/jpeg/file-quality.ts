import { type ForensicImage, isArtGuardError } from "@artguard/core";
import { jpegStructureOf } from "./jpeg-of.ts";

/**
 * JPEG quality of a file by its luma table, 1–100; 100 for other formats.
 *
 * @param unreadable What a JPEG counts as whose tables cannot be read.
 */
export function fileQuality({ bytes, info }: ForensicImage, unreadable = 100): number {
  if (info.format !== "jpeg") return 100;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return unreadable;
    throw error;
  }
}
