import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import type { Examination } from "./examine-image.ts";
import { fusedHeatmap } from "./kept-heatmap.ts";
import { type Consent, consentSchema } from "./stored-image.ts";
import { dayMs, type EpochSeconds, epochSecondsSchema, secondsAt } from "./time.ts";

const defaultImageDays = 30;

/**
 * Keeps an examined image, its copy of at most 2048 px and its heat map until they expire, before its record does.
 *
 * @returns the record's attributes about them.
 * @throws ArtGuardError `analysis.consent-required`
 */
export async function keepImage(
  bytes: Uint8Array,
  record: Analysis,
  examination: Examination,
  context: AnalysisContext,
): Promise<Partial<Analysis>> {
  const { info, processed } = examination;
  const { images, repository } = await context.storage();
  // It may have been withdrawn while the image was examined.
  assertConsent((await repository.get(record.request_id)).consent, context.now());
  if (!processed) throw new ArtGuardError("image.undecodable", "no copy of the image could be made");
  const heatmap = await fusedHeatmap(examination, context);
  return images.keep(record, bytes, { info, processed, heatmap, expiresAt: imageExpiry(record, context) });
}

/**
 * Refuses to keep an image without consent for just that.
 *
 * @throws ArtGuardError `analysis.consent-required`
 */
export function assertConsent(consent: Consent | undefined, nowMs: number): Consent {
  const { data } = consentSchema.safeParse(consent);
  const given = data?.purpose === "image_storage" && data.granted_at <= nowMs && data.withdrawn_at === undefined;
  if (given) return data;
  throw new ArtGuardError(
    "analysis.consent-required",
    "an image is kept only with consent for image_storage that was given and not withdrawn",
  );
}

function imageExpiry({ created_at, record_expires_at }: Analysis, { retention }: AnalysisContext): EpochSeconds {
  const expiry = secondsAt(created_at + (retention.imageDays ?? defaultImageDays) * dayMs);
  return epochSecondsSchema.parse(Math.min(expiry, record_expires_at ?? expiry));
}
