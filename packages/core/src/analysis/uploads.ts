import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { assertWithin } from "../image/image-limits.ts";
import type { ObjectBody, ObjectCallOptions, PresignedRequest } from "../storage/object-store.ts";
import { idempotencyConflict, requestHash } from "../user/idempotency.ts";
import { type UserId, userIdOf } from "../user/user-id.ts";
import type { UploadedItem, UploadItem } from "../user/user-marker.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { safeFilename } from "./create-record.ts";
import { type StoredUploads, uploadMs } from "./stored-uploads.ts";
import { type SubmitOptions, submitImage } from "./submit-image.ts";
import { type EpochMilliseconds, epochMillisecondsSchema } from "./time.ts";

/** What is announced of an upload. */
export interface BeginUploadOptions {
  /** Whose it is. */
  readonly userId: string;
  /** 1 to the limit of images, `limits.maxBytes`. */
  readonly sizeBytes: number;
  /** Lower-case hex SHA-256 that the bytes must have; default any. */
  readonly sha256?: string;
  /** As in `analyze`. */
  readonly filename?: string;
  /** Media type to send with the bytes; default `application/octet-stream`. What they are is told by the bytes. */
  readonly contentType?: string;
}

/** An upload that has begun. */
export interface BegunUpload {
  readonly upload_id: string;
  /** Epoch milliseconds, an hour from now, until which the bytes can be sent and the upload completed. */
  readonly expires_at: EpochMilliseconds;
  /** The request that brings the bytes to the store; absent where the store signs none: then give them to `receive`. */
  readonly request?: PresignedRequest;
}

/** How an uploaded image is to be analysed. */
export interface CompleteUploadOptions
  extends Pick<SubmitOptions, "saveImage" | "consent" | "stability" | "deadlineMs" | "language" | "remote"> {
  /** The caller's Idempotency-Key; needs an `admission`, such as `quotaGate`. */
  readonly idempotencyKey?: string;
}

/**
 * Images too large for one request: announced, sent to the store, then submitted. An upload is nobody's analysis until it
 * is completed, and is held for an hour.
 */
export interface Uploads {
  /**
   * Announces an upload.
   *
   * @throws ArtGuardError `image.too-large`, `analysis.invalid-input`, `analysis.too-many-uploads`, `user.being-erased`
   * @example
   * const { upload_id, request } = await artguard.uploads.begin({ userId: "u1", sizeBytes: bytes.length });
   * if (request) await fetch(request.url, { method: request.method, headers: request.headers, body: bytes });
   * else await artguard.uploads.receive(upload_id, bytes);
   * const analysis = await artguard.uploads.complete(upload_id);
   */
  begin(options: BeginUploadOptions): Promise<BegunUpload>;
  /**
   * Takes the bytes in, a piece at a time, instead of a signed request. Nothing is kept of bytes that are refused.
   *
   * @throws ArtGuardError `analysis.upload-not-found`, `analysis.upload-completed`, `analysis.upload-incomplete` for more
   * or fewer bytes than announced, `storage.checksum-mismatch`
   */
  receive(uploadId: string, body: ObjectBody, options?: ObjectCallOptions): Promise<void>;
  /**
   * Submits what was sent, once it is what was announced: for everybody who completes it in the same way, the same record.
   *
   * @returns the PENDING record, or what it has become since.
   * @throws ArtGuardError as `submit`; `analysis.upload-not-found`, `analysis.upload-incomplete`,
   * `storage.checksum-mismatch`, `analysis.upload-completed` for other options than the first time,
   * `user.idempotency-conflict`
   */
  complete(uploadId: string, options?: CompleteUploadOptions): Promise<Analysis>;
  /** Gives an upload up. @throws ArtGuardError `analysis.upload-not-found`, `analysis.upload-completed` */
  abandon(uploadId: string): Promise<void>;
  /** Whose an upload is, for a day also when it was completed; undefined when there is none. */
  ownerOf(uploadId: string): Promise<UserId | undefined>;
}

const contentTypeText = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;

/** The use cases of uploads. */
export function uploadMethods(context: AnalysisContext): Uploads {
  return {
    begin: async (options) => begin(options, context),
    receive: async (uploadId, body, options = {}) => receive(uploadId, body, options, await storedIn(context)),
    complete: async (uploadId, options = {}) => complete(uploadId, options, context),
    abandon: async (uploadId) => abandon(uploadId, await storedIn(context)),
    ownerOf: async (uploadId) => (await (await storedIn(context)).find(uploadId))?.owner_id,
  };
}

async function begin(options: BeginUploadOptions, context: AnalysisContext): Promise<BegunUpload> {
  const { userId, sizeBytes, sha256, filename = "", contentType = "application/octet-stream" } = options;
  assertAnnounced({ sizeBytes, contentType, sha256: sha256 ?? "0".repeat(64) });
  assertWithin(context.limits, "maxBytes", sizeBytes);
  const stored = await storedIn(context);
  const upload_id = context.newId();
  const created_at = epochMillisecondsSchema.parse(context.now());
  const upload = await stored.begin({
    ...{ upload_id, created_at, owner_id: userIdOf(userId), filename: safeFilename(filename) },
    ...{ content_type: contentType, size_bytes: sizeBytes },
    ...(sha256 !== undefined && { sha256 }),
  });
  const request = await stored.presign(upload);
  return { upload_id, expires_at: epochMillisecondsSchema.parse(created_at + uploadMs), ...(request && { request }) };
}

async function receive(id: string, body: ObjectBody, options: ObjectCallOptions, stored: StoredUploads): Promise<void> {
  const upload = openOne(await stored.find(id));
  await stored.put(upload, body, options);
  // Completed, given up or erased while the bytes came: whoever did it has deleted what was there then.
  const now = await stored.find(id);
  if (now?.kind === "upload") return;
  await stored.deleteBytes(upload);
  openOne(now);
}

async function complete(id: string, options: CompleteUploadOptions, context: AnalysisContext): Promise<Analysis> {
  const stored = await storedIn(context);
  const found = await stored.find(id);
  if (found?.kind === "uploaded") return repeated(found, id, options, context);
  const upload = openOne(found);
  assertWithin(context.limits, "maxBytes", upload.size_bytes);
  const bytes = await stored.read(upload);
  const hash = hashOf(id, options);
  const { idempotencyKey, ...submitted } = options;
  const all: SubmitOptions = {
    ...submitted,
    ...{ filename: upload.filename, userId: upload.owner_id },
    ...(idempotencyKey !== undefined && { idempotency: { key: idempotencyKey, requestHash: hash } }),
  };
  try {
    const analysis = await submitImage(bytes, all, context, await stored.completion(upload, hash));
    await stored.deleteBytes(upload);
    return analysis;
  } catch (error) {
    if (!isArtGuardError(error, "storage.transaction-cancelled")) throw error;
    const now = await stored.find(id);
    if (now?.kind === "uploaded") return repeated(now, id, options, context);
    throw now ? error : notFound();
  }
}

/** The answer to whoever completes an upload again; the first time may have died before it deleted the bytes. */
async function repeated(
  uploaded: UploadedItem,
  id: string,
  options: CompleteUploadOptions,
  context: AnalysisContext,
): Promise<Analysis> {
  if (uploaded.request_hash !== hashOf(id, options)) {
    throw options.idempotencyKey === undefined ? alreadyCompleted() : idempotencyConflict();
  }
  await (await storedIn(context)).deleteBytes(uploaded);
  return (await context.storage()).repository.get(uploaded.request_id);
}

async function abandon(id: string, stored: StoredUploads): Promise<void> {
  const upload = openOne(await stored.find(id));
  if (!(await stored.discard(upload))) openOne(await stored.find(id));
}

/** Refuses what is no open upload. */
function openOne(found: UploadItem | UploadedItem | undefined): UploadItem {
  if (found?.kind === "upload") return found;
  throw found ? alreadyCompleted() : notFound();
}

async function storedIn({ storage }: AnalysisContext): Promise<StoredUploads> {
  const { uploads } = await storage();
  if (uploads) return uploads;
  throw new ArtGuardError("analysis.invalid-input", "uploads need a table of users", {
    fix: "Let createArtGuard use a table of users: leave `userTable` out, or name it.",
  });
}

/** What makes two completions the same. */
function hashOf(uploadId: string, options: CompleteUploadOptions): string {
  const { saveImage = false, stability = false, remote = true, consent, deadlineMs = 0, language = "" } = options;
  const policy_version = saveImage ? (consent?.policy_version ?? "") : "";
  const asked = { saveImage, stability, remote, deadlineMs, language, policy_version };
  return requestHash(new TextEncoder().encode(uploadId), asked);
}

function assertAnnounced({
  sizeBytes,
  sha256,
  contentType,
}: Required<Omit<BeginUploadOptions, "userId" | "filename">>) {
  const problem =
    !Number.isSafeInteger(sizeBytes) || sizeBytes < 1
      ? "sizeBytes must be a whole number from 1 on"
      : !/^[0-9a-f]{64}$/.test(sha256)
        ? "sha256 must be 64 lower-case hex digits"
        : !contentTypeText.test(contentType)
          ? "contentType must be a media type"
          : undefined;
  if (problem !== undefined) throw new ArtGuardError("analysis.invalid-input", problem);
}

function notFound(): ArtGuardError {
  return new ArtGuardError("analysis.upload-not-found", "there is no such upload, or its time is over");
}

function alreadyCompleted(): ArtGuardError {
  return new ArtGuardError("analysis.upload-completed", "the upload was completed before");
}
