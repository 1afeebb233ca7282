import { createHash } from "node:crypto";
import { type CompletedAnalysis, isArtGuardError, type ObjectStore } from "@artguard/core";
import { type PreprocessedImage, preprocessedSide } from "@artguard/core/image";
import { evidencePage } from "./report/evidence-page.ts";

/** A grey dot, stretched under the outlines where there is no picture. */
const greyJpeg =
  "/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAABAAEDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AK8AH//Z";

/** The evidence page of a kept analysis, with its picture where that is kept. Heat maps are not. */
export async function keptEvidencePage(
  analysis: CompletedAnalysis,
  processed: ObjectStore,
): Promise<{ html: string; hasPicture: boolean }> {
  const picture = await keptPicture(analysis, processed);
  const bytes = picture ?? Buffer.from(greyJpeg, "base64");
  const preview = previewOf(analysis, bytes);
  return {
    html: evidencePage({ path: analysis.filename, analysis, preview, overlays: [] }),
    hasPicture: picture !== undefined,
  };
}

/** The stored copy; undefined where there is none, or not the one that was stored, such as an encrypted one. */
async function keptPicture(
  { processed_object: object }: CompletedAnalysis,
  processed: ObjectStore,
): Promise<Uint8Array | undefined> {
  if (!object) return undefined;
  try {
    const bytes = await processed.get(object.key);
    return createHash("sha256").update(bytes).digest("hex") === object.sha256 ? bytes : undefined;
  } catch (error) {
    if (isArtGuardError(error, "storage.not-found")) return undefined;
    throw error;
  }
}

function previewOf({ width, height }: CompletedAnalysis, bytes: Uint8Array): PreprocessedImage {
  const scale = Math.max(1, Math.max(width, height) / preprocessedSide);
  const [shownWidth, shownHeight] = [Math.round(width / scale), Math.round(height / scale)];
  return { bytes, content_type: "image/jpeg", width: shownWidth, height: shownHeight, scale };
}
