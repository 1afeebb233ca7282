import { createHash } from "node:crypto";
import { type CompletedAnalysis, isArtGuardError, type ObjectStore } from "@artguard/core";
import { type PreprocessedImage, preprocessedSide } from "@artguard/core/image";
import { evidencePage, fusedOverlay } from "@artguard/core/report";

/** What is kept of an analysis beside its record. */
interface Kept {
  readonly processed: ObjectStore;
  /** Its heat map, a PNG; rejects where none can be read. */
  readonly heatmap: () => Promise<Uint8Array>;
}

/** The evidence page of a kept analysis, with its picture and its heat map where these are kept and can be read. */
export async function keptEvidencePage(
  analysis: CompletedAnalysis,
  { processed, heatmap }: Kept,
): Promise<{ html: string; hasPicture: boolean; hasHeatmap: boolean }> {
  const picture = await keptPicture(analysis, processed);
  const preview = picture && previewOf(analysis, picture);
  const map = await unlessUnreadable(heatmap);
  const overlays = map && [{ id: fusedOverlay, displayOnly: false, png: map }];
  return {
    html: evidencePage({ name: analysis.filename, analysis, ...(preview && { preview }), overlays }),
    hasPicture: picture !== undefined,
    hasHeatmap: map !== undefined,
  };
}

/** The stored copy; undefined where there is none, or not the one that was stored, such as an encrypted one. */
async function keptPicture(
  { processed_object: object }: CompletedAnalysis,
  processed: ObjectStore,
): Promise<Uint8Array | undefined> {
  if (!object) return undefined;
  const bytes = await unlessUnreadable(() => processed.get(object.key));
  return bytes && createHash("sha256").update(bytes).digest("hex") === object.sha256 ? bytes : undefined;
}

const unreadable = ["analysis.heat-map-not-kept", "keys.", "storage.corrupt", "storage.not-found"] as const;

/** What nobody keeps, or nobody can open here, is left out of the page; the record says enough without it. */
async function unlessUnreadable(read: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await read();
  } catch (error) {
    if (unreadable.some((code) => isArtGuardError(error, code))) return undefined;
    throw error;
  }
}

function previewOf({ width, height }: CompletedAnalysis, bytes: Uint8Array): PreprocessedImage {
  const scale = Math.max(1, Math.max(width, height) / preprocessedSide);
  const [shownWidth, shownHeight] = [Math.round(width / scale), Math.round(height / scale)];
  return { bytes, content_type: "image/jpeg", width: shownWidth, height: shownHeight, scale };
}
