import type { TransactAction } from "../storage/table-store.ts";
import { assertNoIdempotency, type IdempotencyKey } from "../user/idempotency.ts";
import { type UserId, userIdOf } from "../user/user-id.ts";
import type { Admitted } from "./admission.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { assertConsent } from "./keep-image.ts";
import { openWorkPartition, openWorkShards, shardOf } from "./open-work.ts";
import type { Consent } from "./stored-image.ts";
import { dayMs, epochMillisecondsSchema, secondsAt, toIso } from "./time.ts";

/** Options of an analysis that its record tells of. */
export interface RecordOptions {
  /** Shown in the record, never trusted for the type; default "". Path and control characters are removed. */
  filename?: string;
  /**
   * Owner of the record. Without it, or for `anonymous`, a random pseudonym `anon#…`, so that anonymous users do not
   * share a history.
   */
  userId?: string;
  /** Also keep the image and its copy of at most 2048 px, until they expire. Needs `consent`. */
  saveImage?: boolean;
  /** That the image's owner agreed to `image_storage`. */
  consent?: Consent;
  /** The same key with the same request again gets the first result. Needs an `admission`, such as `quotaGate`. */
  idempotency?: IdempotencyKey;
}

/** Actions that are done with the creation of a record, or not at all. */
export type Alongside = (record: Analysis) => readonly TransactAction[];

const longestFilename = 255;

/**
 * A PENDING record that nobody has begun, not yet stored.
 *
 * @throws ArtGuardError `analysis.consent-required`, `user.invalid-input` for a bad `userId`
 */
export function newRecord(bytes: Uint8Array, options: RecordOptions, context: AnalysisContext): Analysis {
  const created_at = epochMillisecondsSchema.parse(context.now());
  const request_id = context.newId();
  const { recordDays } = context.retention;
  const record_expires_at = recordDays === undefined ? undefined : secondsAt(created_at + recordDays * dayMs);
  return {
    request_id,
    created_at,
    user_id: ownerOf(options, context),
    status: "PENDING",
    filename: safeFilename(options.filename ?? ""),
    content_type: "application/octet-stream",
    size_bytes: bytes.length,
    timestamp_iso: toIso(created_at),
    image_saved: false,
    open_work: openWorkPartition(shardOf(request_id, openWorkShards)),
    attempt: 0,
    fence: 0,
    ...(options.saveImage && { consent: assertConsent(options.consent, created_at) }),
    ...(record_expires_at !== undefined && { record_expires_at, auto_delete_date: record_expires_at }),
  };
}

/**
 * The one way in which records begin to exist: admitted, if there is a gate, and written.
 *
 * @param alongside What a gate does in the same transaction.
 * @throws ArtGuardError what the gate refuses, `analysis.invalid-input` for an Idempotency-Key that nobody would honour
 */
export async function createRecord(
  record: Analysis,
  options: RecordOptions,
  { storage }: AnalysisContext,
  alongside: Alongside = () => [],
): Promise<Admitted> {
  const { repository, admission } = await storage();
  if (admission)
    return admission.admit(record, (admitted) => [...repository.creation(admitted), ...alongside(admitted)], options);
  assertNoIdempotency(options.idempotency);
  await repository.create(record);
  return { outcome: "admitted", analysis: record };
}

function ownerOf({ userId }: RecordOptions, { newId }: AnalysisContext): UserId {
  return userIdOf(userId === undefined || userId === "anonymous" ? `anon#${newId()}` : userId);
}

/** The last path segment without control and direction-changing characters, at most 255 characters. */
export function safeFilename(filename: string): string {
  const name = filename.split(/[/\\]/).at(-1) ?? "";
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, longestFilename);
}
