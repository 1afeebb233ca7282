import { createHash } from "node:crypto";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { oneDayRetention } from "../storage/lifecycle.ts";
import { inferenceKey } from "../storage/object-layout.ts";
import {
  canPresign,
  type ObjectBody,
  type ObjectCallOptions,
  type ObjectStore,
  type PresignedRequest,
  type WrittenObject,
} from "../storage/object-store.ts";
import { bytesOf } from "../storage/object-stream.ts";
import type { Table } from "../storage/table.ts";
import { cancellationReasons, deleteAction, putAction, type TableStore } from "../storage/table-store.ts";
import { beingErased, notErasedAction } from "../user/erasure-mark.ts";
import { ownedItems } from "../user/owned-items.ts";
import type { UserId } from "../user/user-id.ts";
import {
  markerKey,
  type UploadedItem,
  type UploadItem,
  uploadedItemSchema,
  uploadItemSchema,
} from "../user/user-marker.ts";
import { defineUserTable, type UserItem } from "../user/user-table.ts";
import { deleteAnalysisObjects } from "./analysis-objects.ts";
import type { Alongside } from "./create-record.ts";
import type { OpenStorage } from "./open-storage.ts";
import { dayMs, secondsAt } from "./time.ts";

/** Milliseconds in which an upload is to be completed. */
export const uploadMs = 3_600_000;
/** The name is that of a held input: it is protected like one. */
const objectName = "input.upload";
/** Unfinished uploads of one user. */
const mostOpen = 20;

/** What its key and the moment of its beginning say of an upload, open or completed. */
export type UploadName = Pick<UploadItem, "user_id" | "created_at">;

/** What is said of an upload that is to begin. */
export type AnnouncedUpload = Pick<
  UploadItem,
  "owner_id" | "filename" | "content_type" | "size_bytes" | "created_at"
> & {
  readonly upload_id: string;
  readonly sha256?: string;
};

/**
 * Uploads and their bytes: a marker in the table of users, and an object under `inference/` named by the upload. The
 * marker comes before the object and goes before it, so that an object without an open marker is nobody's.
 */
export class StoredUploads {
  readonly #tables: TableStore;
  readonly #objects: ObjectStore;
  readonly #options: { readonly userTable: string | undefined; readonly now: () => number };
  #opening: Promise<Table<UserItem>> | undefined;

  constructor({ tables, images }: OpenStorage, options: { userTable: string | undefined; now: () => number }) {
    this.#tables = tables;
    this.#objects = images.raw;
    this.#options = options;
  }

  /** @throws ArtGuardError `user.being-erased`, `analysis.too-many-uploads` */
  async begin({ upload_id, ...announced }: AnnouncedUpload): Promise<UploadItem> {
    const { definition } = await this.#users();
    await this.#makeRoom(announced.owner_id);
    const item: UploadItem = {
      user_id: markerKey.upload(upload_id),
      kind: "upload",
      ...announced,
      expires_at: secondsAt(announced.created_at + dayMs),
    };
    try {
      await this.#tables.transact([
        notErasedAction(definition, announced.owner_id),
        putAction<UserItem>(definition, item, { item: "absent" }),
      ]);
    } catch (error) {
      throw cancellationReasons(error)[0] === "storage.condition-failed" ? beingErased() : error;
    }
    await this.#assertFits(item);
    return item;
  }

  /** The upload while it can be completed, or what became of it. */
  async find(uploadId: string): Promise<UploadItem | UploadedItem | undefined> {
    const users = await this.#users();
    const open = await users.get({ user_id: markerKey.upload(uploadId) }, { consistent: true });
    if (open) return this.#isOver(open) ? undefined : uploadItemSchema.parse(open);
    const completed = await users.get({ user_id: markerKey.uploaded(uploadId) }, { consistent: true });
    return completed && uploadedItemSchema.parse(completed);
  }

  /** What turns the upload into what became of it; it can happen once. */
  async completion({ user_id, owner_id, created_at }: UploadItem, request_hash: string): Promise<Alongside> {
    const { definition } = await this.#users();
    const expires_at = secondsAt(this.#options.now() + dayMs);
    return ({ request_id }) => {
      const uploaded: UploadedItem = {
        ...{ user_id: markerKey.uploaded(uploadIdOf(user_id)), kind: "uploaded", owner_id, request_hash, request_id },
        ...{ created_at, expires_at },
      };
      return [
        deleteAction<UserItem>(definition, { user_id }, { item: "present" }),
        putAction<UserItem>(definition, uploaded),
      ];
    };
  }

  /** Deletes the upload and its bytes. @returns False when it was completed or given up meanwhile. */
  async discard(upload: UploadName): Promise<boolean> {
    const users = await this.#users();
    try {
      await users.delete({ user_id: upload.user_id }, { condition: { item: "present" } });
    } catch (error) {
      if (isArtGuardError(error, "storage.condition-failed")) return false;
      throw error;
    }
    await this.deleteBytes(upload);
    return true;
  }

  /** A request by which others send the bytes to the store; undefined where the store signs none. */
  async presign(upload: UploadItem): Promise<PresignedRequest | undefined> {
    if (!canPresign(this.#objects)) return undefined;
    const { size_bytes, content_type, sha256 } = upload;
    return this.#objects.presignPut(keyOf(upload), {
      expiresInSeconds: uploadMs / 1000,
      sizeBytes: size_bytes,
      contentType: content_type,
      tags: oneDayRetention,
      ...(sha256 !== undefined && { sha256 }),
    });
  }

  /** Writes the bytes as they come. @throws ArtGuardError `analysis.upload-incomplete`, `storage.checksum-mismatch` */
  put(upload: UploadItem, body: ObjectBody, options: ObjectCallOptions): Promise<WrittenObject> {
    const { size_bytes, content_type, sha256 } = upload;
    return this.#objects.put(keyOf(upload), exactly(size_bytes, body), {
      ...options,
      contentType: content_type,
      tags: oneDayRetention,
      ...(sha256 !== undefined && { sha256 }),
    });
  }

  /**
   * The bytes that lie there, which must be what was announced: whoever sent them may have lied.
   *
   * @throws ArtGuardError `analysis.upload-incomplete`, `storage.checksum-mismatch`
   */
  async read(upload: UploadItem): Promise<Uint8Array> {
    const bytes = await this.#bytesOf(upload);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (sha256 === (upload.sha256 ?? sha256)) return bytes;
    throw new ArtGuardError("storage.checksum-mismatch", `the upload has the SHA-256 ${sha256}, not the announced one`);
  }

  /** Deletes what was sent, and what may come yet by a signed request until it expires is left to `sweepExpired`. */
  async deleteBytes({ user_id, created_at }: UploadName): Promise<void> {
    await deleteUploadBytes({ user_id, created_at }, [this.#objects]);
  }

  async #bytesOf(upload: UploadItem): Promise<Uint8Array> {
    try {
      const { head, body } = await this.#objects.getStream(keyOf(upload));
      if (head.size_bytes === upload.size_bytes) return await bytesOf(body);
      await body.cancel();
      throw incomplete(upload.size_bytes, head.size_bytes);
    } catch (error) {
      throw isArtGuardError(error, "storage.not-found") ? incomplete(upload.size_bytes, 0) : error;
    }
  }

  /** Uploads whose time is over give their places back. */
  async #makeRoom(owner: UserId): Promise<void> {
    let open = 0;
    for await (const item of ownedItems(await this.#users(), owner, markerKey.upload(""))) {
      if (this.#isOver(item)) await this.discard(uploadItemSchema.parse(item));
      else open += 1;
    }
    if (open >= mostOpen) throw tooMany();
  }

  /** Of those that began in the same moment, and saw nothing of each other, more than there is room for go again. */
  async #assertFits(upload: UploadItem): Promise<void> {
    let open = 0;
    for await (const item of ownedItems(await this.#users(), upload.owner_id, markerKey.upload(""))) {
      if (!this.#isOver(item)) open += 1;
    }
    if (open <= mostOpen) return;
    await this.discard(upload);
    throw tooMany();
  }

  #isOver(item: UserItem): boolean {
    return !isOpenUpload(item, this.#options.now());
  }

  #users(): Promise<Table<UserItem>> {
    this.#opening ??= this.#tables.open(defineUserTable(this.#options.userTable));
    return this.#opening;
  }
}

/** Whether an upload can still be completed. */
export function isOpenUpload({ created_at }: { readonly created_at?: number | undefined }, now: number): boolean {
  return now < (created_at ?? 0) + uploadMs;
}

/** Whether an object is what was sent of an upload, by the name in its key. */
export function isUploadName(name: string): boolean {
  return name === objectName;
}

/** Id of an upload, by the key of its marker. */
export function uploadIdOf(markerId: string): string {
  return markerId.slice(markerId.indexOf("#") + 1);
}

/** Deletes what was sent of an upload. @param marker The upload, open or completed. */
export async function deleteUploadBytes(
  { user_id, created_at }: UploadName,
  stores: readonly ObjectStore[],
  signal?: AbortSignal,
): Promise<void> {
  await deleteAnalysisObjects({ request_id: uploadIdOf(user_id), created_at }, stores, signal);
}

/** Key of the bytes of an upload. */
export function keyOf({ user_id, created_at }: UploadName): string {
  return inferenceKey(uploadIdOf(user_id), created_at, objectName);
}

function tooMany(): ArtGuardError {
  return new ArtGuardError("analysis.too-many-uploads", `${mostOpen} uploads of this user are not finished`, {
    details: { limit: mostOpen },
  });
}

async function* exactly(sizeBytes: number, body: ObjectBody): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    bytes += chunk.length;
    if (bytes > sizeBytes) throw incomplete(sizeBytes, bytes);
    yield chunk;
  }
  if (bytes < sizeBytes) throw incomplete(sizeBytes, bytes);
}

function incomplete(announced: number, come: number): ArtGuardError {
  const message = `the upload was announced with ${announced} bytes; ${come} are there`;
  return new ArtGuardError("analysis.upload-incomplete", message);
}
