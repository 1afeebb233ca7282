import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "../analysis/time.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Change } from "../storage/table.ts";
import { forgetImage } from "./forget-image.ts";
import type { PrivacyCallOptions, PrivacyContext } from "./privacy-context.ts";

/**
 * Withdraws the consent under which an image was kept: invisible at once, then deleted. The result stays, as it needed
 * no consent. Repeating an interrupted call finishes it.
 *
 * @param owner Whose analysis it must be; another user's is as unknown as one that does not exist.
 * @throws ArtGuardError `analysis.not-found`, `privacy.no-consent` when there was no consent to withdraw.
 */
export async function withdrawConsent(
  requestId: string,
  owner: string,
  { analyses, analysisItems, objects, now }: PrivacyContext,
  { signal }: PrivacyCallOptions = {},
): Promise<Analysis> {
  const key = keyOf(await analyses.get(requestId));
  const stored = (await analysisItems.get(key, { consistent: true })) as Analysis | undefined;
  if (stored?.user_id !== owner) throw notFound(requestId);
  if (!stored.consent) throw new ArtGuardError("privacy.no-consent", "no consent was given for this analysis");
  const withdrawn_at = stored.consent.withdrawn_at ?? epochMillisecondsSchema.parse(now());
  const expired = epochSecondsSchema.parse(Math.floor(withdrawn_at / 1000));
  const hidden = { consent: { ...stored.consent, withdrawn_at }, image_saved: false, image_expires_at: expired };
  await update(requestId, { set: hidden });
  const { image_object, processed_object, heatmap_object } = stored;
  const keys = [image_object, processed_object, heatmap_object].flatMap((object) => object?.key ?? []);
  for (const store of new Set(objects)) {
    for (const name of keys) await store.delete(name, signal ? { signal } : {});
  }
  await update(requestId, forgetImage(stored));
  return analyses.get(requestId);

  async function update(id: string, change: Change<AnalysisItem>): Promise<void> {
    try {
      await analysisItems.update(key, change, { condition: { item: "present" } });
    } catch (error) {
      throw isArtGuardError(error, "storage.condition-failed") ? notFound(id) : error;
    }
  }
}

function keyOf({ request_id, created_at }: Analysis) {
  return { request_id, created_at };
}

function notFound(requestId: string): ArtGuardError {
  return new ArtGuardError("analysis.not-found", `there is no analysis ${requestId}`);
}
