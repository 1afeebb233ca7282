import { createHash } from "node:crypto";
import {
  type AnalysisItem,
  type AnalysisVersion,
  analysisSchema,
  analysisVersionSchema,
  defineAnalysisTable,
  defineUserTable,
  type Email,
  inferenceKey,
  normalizeEmail,
  type ObjectStore,
  statementMarkerSchema,
  type TableStore,
  type UserId,
  type UserItem,
  userIdOf,
  userSchema,
} from "@artguard/core";

/** 10 November 2026, 12:00 UTC. */
export const writtenAt = Date.UTC(2026, 10, 10, 12);

/** A person, with a string that occurs in everything that is stored of this person and nowhere else. */
export interface Subject {
  readonly fingerprint: string;
  readonly userId: UserId;
  readonly email: Email;
  readonly requestIds: readonly [saved: string, waiting: string];
}

export function subject(number: number): Subject {
  const fingerprint = `fp${String(number).padStart(4, "0")}x${number * 2_654_435_761 + 97}x`;
  return {
    fingerprint,
    userId: userIdOf(`sub-${fingerprint}`),
    email: normalizeEmail(`${fingerprint}@example.org`),
    requestIds: [`r${number}-saved`, `r${number}-waiting`],
  };
}

const day = 86_400_000;

/**
 * Stores what ArtGuard keeps of each subject: account, e-mail marker, API key, Idempotency-Key, a finished analysis with
 * image, processed copy, heat map and an earlier result, and a submitted one with its held input;
 * and their review of an analysis of a keeper, who is never erased.
 */
export async function storeSubjects(subjects: readonly Subject[], tables: TableStore, objects: ObjectStore) {
  const users = await tables.open(defineUserTable());
  const analyses = await tables.open(defineAnalysisTable());
  await users.batchWrite({ put: subjects.flatMap(accountItems) });
  await analyses.batchWrite({ put: subjects.flatMap(analysisItems) });
  const images = subjects.flatMap(imagesOf);
  for (let first = 0; first < images.length; first += 30) {
    await Promise.all(images.slice(first, first + 30).map(([key, bytes]) => objects.put(key, bytes)));
  }
  return { users, analyses };
}

export function imagesOf({ requestIds: [saved, waiting], fingerprint }: Subject): [key: string, bytes: Uint8Array][] {
  return [
    [inferenceKey(saved, writtenAt, "original.jpg"), content(`original of ${fingerprint}`)],
    [inferenceKey(saved, writtenAt, "processed.jpg"), content(`processed of ${fingerprint}`)],
    [inferenceKey(saved, writtenAt, "heatmap-0.png"), content(`heat map of ${fingerprint}`)],
    [inferenceKey(waiting, writtenAt, "input.jpg"), content(`input of ${fingerprint}`)],
  ];
}

function accountItems({ userId, email, fingerprint, requestIds: [saved] }: Subject): UserItem[] {
  const user = userSchema.parse({
    user_id: userId,
    email,
    account_tier: "Standard",
    total_uploads: 2,
    quota_used: 2,
    quota_period: "2026-11",
    created_at: writtenAt,
    last_login: writtenAt,
    first_name: `First ${fingerprint}`,
    last_name: `Last ${fingerprint}`,
    company: `Company ${fingerprint}`,
  });
  const created_at = user.created_at;
  return [
    user,
    { user_id: `UNIQUE#email#${email}`, kind: "email", owner_id: userId, created_at },
    {
      user_id: `APIKEY#${createHash("sha256").update(fingerprint).digest("hex").slice(0, 12)}`,
      kind: "api_key",
      owner_id: userId,
      name: `key of ${fingerprint}`,
      api_key_hash: "0".repeat(64),
      created_at,
    },
    {
      user_id: `IDEMP#${userId}#key-${fingerprint}`,
      kind: "idempotency",
      owner_id: userId,
      request_hash: "0".repeat(64),
      request_id: saved,
      analysis_created_at: created_at,
      created_at,
      expires_at: Math.floor((writtenAt + day) / 1000) as NonNullable<UserItem["expires_at"]>,
    },
  ];
}

function analysisItems(one: Subject): AnalysisItem[] {
  const { requestIds, userId, fingerprint } = one;
  const [original, processed, heatmap, input] = imagesOf(one).map(([key, bytes]) => ({
    key,
    sha256: "0".repeat(64),
    size_bytes: bytes.length,
    content_type: key.endsWith(".png") ? "image/png" : "image/jpeg",
  }));
  const common = { created_at: writtenAt, user_id: userId, filename: `${fingerprint}.jpg`, content_type: "image/jpeg" };
  const saved = analysisSchema.parse({
    ...common,
    request_id: requestIds[0],
    status: "COMPLETED",
    size_bytes: original!.size_bytes,
    ai_analysis: `Seen in the picture of ${fingerprint}`,
    image_saved: true,
    consent: { purpose: "image_storage", policy_version: "2026-01", granted_at: writtenAt },
    image_object: original,
    processed_object: processed,
    heatmap_object: heatmap,
    raw_image_url: `s3://raw/${original!.key}`,
    image_expires_at: Math.floor((writtenAt + 30 * day) / 1000),
    version_number: 2,
    quota_charged: true,
    quota_period: "2026-11",
  });
  const version: AnalysisVersion = analysisVersionSchema.parse({
    request_id: `VERSION#${saved.request_id}`,
    created_at: writtenAt,
    version_of: saved.request_id,
    version_number: 1,
    result: { ...saved, version_number: 1, ai_analysis: `Earlier, of ${fingerprint}` },
  });
  const waiting = analysisSchema.parse({
    ...common,
    request_id: requestIds[1],
    status: "PROCESSING",
    size_bytes: input!.size_bytes,
    open_work: "OPEN#0",
    lease_until: writtenAt + 60_000,
    lease_owner: "worker",
    fence: 1,
    attempt: 1,
    input_object: input,
    input_expires_at: Math.floor((writtenAt + day) / 1000),
  });
  return [saved, version, waiting, ...reviewOf(one)];
}

/** Id of the analysis of the keeper that a subject reviewed. */
export const reviewedBy = ({ requestIds: [saved] }: Subject) => saved.replace("saved", "reviewed");

function reviewOf(one: Subject): AnalysisItem[] {
  const said = { created_at: writtenAt, version_number: 1 };
  const reviewed = analysisSchema.parse({
    request_id: reviewedBy(one),
    created_at: writtenAt,
    user_id: "keeper",
    status: "COMPLETED",
    filename: "kept.jpg",
    content_type: "image/jpeg",
    size_bytes: 1,
    dispute: { ...said, reason: "No.", status: "resolved", disputed_by: "keeper", resolved_at: writtenAt },
    review: { ...said, note: "Yes.", reviewer_id: one.userId },
    dispute_history: [{ review: { ...said, note: "Perhaps.", reviewer_id: one.userId } }],
    dispute_revision: 3,
  });
  const marker = statementMarkerSchema.parse({
    request_id: `STATEMENT#${reviewed.request_id}`,
    created_at: writtenAt,
    statement_of: reviewed.request_id,
    analysis_created_at: writtenAt,
    dispute_index: `BY#${one.userId}`,
    disputed_at: writtenAt,
  });
  return [reviewed, marker];
}

function content(text: string): Uint8Array {
  return new TextEncoder().encode(`not an image, but ${text}`);
}
