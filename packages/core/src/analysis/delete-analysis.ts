import { isArtGuardError } from "../errors/artguard-error.ts";
import type { AnalysisStorage } from "./analysis-context.ts";

const tries = 5;

/**
 * Deletes an analysis: its images, its earlier results, its record; then what a running worker may have stored meanwhile.
 * Interrupted, it can be repeated as long as the record is there; what ended stays counted.
 *
 * @throws ArtGuardError `analysis.not-found`, `analysis.lease-lost` when the record changes faster than it can be deleted.
 */
export async function deleteAnalysis(requestId: string, { repository, images }: AnalysisStorage): Promise<void> {
  for (let left = tries; ; left--) {
    const record = await repository.get(requestId);
    await images.deleteAll(record);
    try {
      await repository.delete(record);
      return await images.deleteAll(record);
    } catch (error) {
      if (left <= 1 || !isArtGuardError(error, "analysis.lease-lost")) throw error;
    }
  }
}
