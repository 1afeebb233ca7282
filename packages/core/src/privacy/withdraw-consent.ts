import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "../analysis/time.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { inferenceFolder } from "../storage/object-layout.ts";
import type { ObjectStore } from "../storage/object-store.ts";
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
  await deleteImages(stored, objects, signal ? { signal } : {});
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

/** What the record names, and what an interrupted worker left beside it; not the input of a job that goes on. */
async function deleteImages(
  record: Analysis,
  stores: readonly ObjectStore[],
  options: PrivacyCallOptions,
): Promise<void> {
  const { image_object, processed_object, heatmap_object, input_object } = record;
  const named = [image_object, processed_object, heatmap_object].flatMap((object) => object?.key ?? []);
  for (const store of new Set(stores)) {
    const keys = new Set(named);
    const folder = inferenceFolder(record.request_id, record.created_at);
    for await (const { key } of store.list(folder, options)) if (key !== input_object?.key) keys.add(key);
    for (const key of keys) await store.delete(key, options);
  }
}

function keyOf({ request_id, created_at }: Analysis) {
  return { request_id, created_at };
}

function notFound(requestId: string): ArtGuardError {
  return new ArtGuardError("analysis.not-found", `there is no analysis ${requestId}`);
}
