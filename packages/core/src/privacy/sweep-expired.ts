import type { Analysis } from "../analysis/analysis.ts";
import { isOpenUpload, isUploadName } from "../analysis/stored-uploads.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { parseObjectKey } from "../storage/object-layout.ts";
import type { ObjectStore, ObjectSummary } from "../storage/object-store.ts";
import { markerKey } from "../user/user-marker.ts";
import { dayFolder, inferenceRoot } from "./day-folder.ts";
import { forgetImage } from "./forget-image.ts";
import { deleteAllExpired, type PrivacyCallOptions, type PrivacyContext } from "./privacy-context.ts";
import { refundFailures } from "./refund-failures.ts";

/** Options of `sweepExpired`. */
export interface SweepExpiredOptions extends PrivacyCallOptions {
  /** Most objects to look at in this call; default 1000. */
  readonly limit?: number;
  /** `next` of the call before. */
  readonly cursor?: string;
}

/** What a sweep did. */
export interface SweepResult {
  readonly objects_examined: number;
  readonly objects_deleted: number;
  readonly images_expired: number;
  /** Records past their time, in stores that do not delete them themselves. */
  readonly records_deleted: number;
  /** Charges of failed analyses whose process died before it gave them back; only of months that go on. */
  readonly charges_refunded: number;
  /** Give it to the next call; absent when the sweep came to its end. */
  readonly next?: string;
}

const dayMs = 86_400_000;
const defaultLimit = 1000;

/**
 * Deletes what has expired, long before the lifecycle rules of a bucket would: images past `image_expires_at`, inputs of
 * jobs past `input_expires_at`, uploads that were not completed in their hour, images whose consent was withdrawn, objects that no record names, and records past
 * `record_expires_at`. Objects are walked through in the order of their day, oldest first, those of the last 24 hours
 * left out but for uploads; each is looked up in its record. Images go before records, so that no image loses the record that leads to
 * it. Charges that a dying process did not give back are given back. A call that died is simply repeated.
 *
 * @throws ArtGuardError `storage.invalid-option`, `storage.invalid-cursor`
 */
export async function sweepExpired(context: PrivacyContext, options: SweepExpiredOptions = {}): Promise<SweepResult> {
  const { limit = defaultLimit } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new ArtGuardError("storage.invalid-option", `limit must be a whole number from 1 on, got ${limit}`);
  }
  const walk = new ExpiryWalk(context, options);
  const next = await walk.run(options.cursor);
  if (next !== undefined) return { ...walk.result, next };
  await deleteAllExpired(context.users, signalOf(options));
  return {
    ...walk.result,
    records_deleted: await deleteAllExpired(context.analysisItems, signalOf(options)),
    charges_refunded: await refundFailures(context, signalOf(options)),
  };
}

class ExpiryWalk {
  readonly result = {
    objects_examined: 0,
    objects_deleted: 0,
    images_expired: 0,
    records_deleted: 0,
    charges_refunded: 0,
  };
  readonly #context: PrivacyContext;
  readonly #options: SweepExpiredOptions;
  /** What was written before this moment and is in no record will not be in one: whoever wrote it is long gone. */
  readonly #settledBefore: number;

  constructor(context: PrivacyContext, options: SweepExpiredOptions) {
    this.#context = context;
    this.#options = options;
    this.#settledBefore = context.now() - dayMs;
  }

  /** @returns where to go on, when the limit was reached. */
  async run(cursor: string | undefined): Promise<string | undefined> {
    const stores = [...new Set(this.#context.objects)];
    const [first = 0, after = ""] = cursor === undefined ? [] : splitCursor(cursor);
    for (let index = first; index < stores.length; index++) {
      const next = await this.#sweepStore(stores[index]!, index === first ? after : "");
      if (next !== undefined) return `${index}:${next}`;
    }
    return undefined;
  }

  async #sweepStore(store: ObjectStore, after: string): Promise<string | undefined> {
    const { limit = defaultLimit } = this.#options;
    let last = after;
    for await (const object of this.#objectsAfter(store, after)) {
      if (this.result.objects_examined >= limit) return last;
      await this.#examine(object, store);
      last = object.key;
    }
    return undefined;
  }

  /** Objects of days that began at least 24 hours ago, in the order of their keys; of later days the uploads: those end sooner. */
  async *#objectsAfter(store: ObjectStore, after: string): AsyncGenerator<ObjectSummary, void, undefined> {
    const options = signalOf(this.#options);
    const first = after === "" ? await firstDay(store, options) : dayOf(after);
    for (let day = first ?? Infinity; day <= this.#context.now(); day += dayMs) {
      const isSettled = day <= this.#settledBefore;
      for await (const object of store.list(dayFolder(day), options)) {
        if (object.key > after && (isSettled || isUpload(object.key))) yield object;
      }
    }
  }

  async #examine(object: ObjectSummary, store: ObjectStore): Promise<void> {
    this.result.objects_examined += 1;
    const place = parseObjectKey(object.key);
    if (place?.kind !== "inference") return;
    if (isUploadName(place.name)) return this.#examineUpload(place.request_id, object, store);
    const record = await this.#record(place.request_id);
    if (this.#isKept(object, record)) return;
    // The record first: without its word the walk still finds the object, but without the object never the record.
    if (record && namesImage(record, object.key)) await this.#forgetImage(record);
    await store.delete(object.key, signalOf(this.#options));
    this.result.objects_deleted += 1;
  }

  /** The upload is announced before its bytes come: what no open one waits for is nobody's. */
  async #examineUpload(uploadId: string, { key }: ObjectSummary, store: ObjectStore): Promise<void> {
    const { users, now } = this.#context;
    const upload = await users.get({ user_id: markerKey.upload(uploadId) }, { consistent: true });
    if (upload && isOpenUpload(upload, now())) return;
    await store.delete(key, signalOf(this.#options));
    this.result.objects_deleted += 1;
  }

  #isKept({ key, modified_at }: ObjectSummary, record: Analysis | undefined): boolean {
    const lives = (expiresAt: number | undefined) => expiresAt === undefined || expiresAt * 1000 > this.#context.now();
    if (record?.input_object?.key === key) return lives(record.input_expires_at);
    if (record && namesImage(record, key)) return !record.consent?.withdrawn_at && lives(record.image_expires_at);
    return modified_at > this.#settledBefore;
  }

  async #forgetImage(record: Analysis): Promise<void> {
    const { request_id, created_at } = record;
    const condition = { item: "present" } as const;
    try {
      await this.#context.analysisItems.update({ request_id, created_at }, forgetImage(record), { condition });
      this.result.images_expired += 1;
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
  }

  async #record(requestId: string): Promise<Analysis | undefined> {
    const page = await this.#context.analysisItems.query({ partition: requestId, limit: 1, consistent: true });
    return page.items[0] as Analysis | undefined;
  }
}

function isUpload(key: string): boolean {
  const place = parseObjectKey(key);
  return place?.kind === "inference" && isUploadName(place.name);
}

function namesImage({ image_object, processed_object, heatmap_object }: Analysis, key: string): boolean {
  return [image_object, processed_object, heatmap_object].some((object) => object?.key === key);
}

async function firstDay(store: ObjectStore, options: PrivacyCallOptions): Promise<number | undefined> {
  for await (const { key } of store.list(inferenceRoot, options)) {
    const day = dayOf(key);
    if (day !== undefined) return day;
  }
  return undefined;
}

/** Midnight, UTC, of the day in the key of an analysis' object; undefined for other keys. */
function dayOf(key: string): number | undefined {
  const place = parseObjectKey(key);
  return place?.kind === "inference" ? Date.parse(place.date) : undefined;
}

/** A position in a walk through several stores. */
function splitCursor(cursor: string): [store: number, after: string] {
  const [, store, after] = /^(\d+):(inference\/.+)?$/.exec(cursor) ?? [];
  if (store !== undefined) return [Number(store), after ?? ""];
  throw new ArtGuardError("storage.invalid-cursor", "the cursor is not one of sweepExpired");
}

function signalOf({ signal }: PrivacyCallOptions): PrivacyCallOptions {
  return signal ? { signal } : {};
}
