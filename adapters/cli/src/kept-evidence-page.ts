import { createHash } from "node:crypto";
import { type CompletedAnalysis, isArtGuardError, type ObjectStore } from "@artguard/core";
import { type PreprocessedImage, preprocessedSide } from "@artguard/core/image";
import { evidencePage } from "@artguard/core/report";

/** The evidence page of a kept analysis, with its picture where that is kept. Heat maps are not. */
export async function keptEvidencePage(
  analysis: CompletedAnalysis,
  processed: ObjectStore,
): Promise<{ html: string; hasPicture: boolean }> {
  const picture = await keptPicture(analysis, processed);
  const preview = picture && previewOf(analysis, picture);
  return {
    html: evidencePage({ name: analysis.filename, analysis, ...(preview && { preview }), overlays: undefined }),
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
