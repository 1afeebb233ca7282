import { createHash } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageFormat, ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { inferenceFolder, inferenceKey } from "../storage/object-layout.ts";
import type { ObjectStore, WrittenObject } from "../storage/object-store.ts";
import type { Analysis } from "./analysis.ts";
import type { StoredObject } from "./stored-image.ts";
import { type EpochSeconds, secondsAt } from "./time.ts";

type Key = Pick<Analysis, "request_id" | "created_at">;

/** Milliseconds for which the input of an unfinished job may be held. */
export const longestHoldMs = 86_400_000;

/** The images of analyses in an object store, under `inference/{yyyy}/{mm}/{dd}/{request_id}/`. */
export class SavedImages {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /**
   * Keeps an image with its owner's consent.
   *
   * @param expiresAt Epoch seconds from which it no longer exists for readers.
   * @returns the record's attributes about it.
   */
  async keep(
    record: Key,
    bytes: Uint8Array,
    { info, processed, expiresAt }: { info: ImageInfo; processed: PreprocessedImage; expiresAt: EpochSeconds },
  ): Promise<Partial<Analysis>> {
    const image_object = await this.#put(
      keyOf(record, `original.${extensions[info.format]}`),
      bytes,
      info.content_type,
    );
    const processed_object = await this.#put(keyOf(record, "processed.jpg"), processed.bytes, processed.content_type);
    return {
      image_saved: true,
      image_object,
      processed_object,
      raw_image_url: this.#objects.uri(image_object.key),
      processed_image_url: this.#objects.uri(processed_object.key),
      image_expires_at: expiresAt,
      auto_delete_date: expiresAt,
    };
  }

  /** Holds the input of a submitted job until it ends, at most 24 h. */
  async hold(record: Key, bytes: Uint8Array, format: ImageFormat): Promise<Partial<Analysis>> {
    const key = keyOf(record, `input.${extensions[format]}`);
    return {
      input_object: await this.#put(key, bytes, `image/${format}`),
      input_expires_at: secondsAt(record.created_at + longestHoldMs),
    };
  }

  /** The bytes of a stored object. @throws ArtGuardError `storage.not-found`, `storage.corrupt` when they are not those that were stored. */
  async read({ key, sha256 }: StoredObject): Promise<Uint8Array> {
    const bytes = await this.#objects.get(key);
    if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
    throw new ArtGuardError("storage.corrupt", `the object ${key} is not what was stored`);
  }

  /** Deletes the held input of a job. */
  async deleteInput({ input_object }: Pick<Analysis, "input_object">): Promise<void> {
    if (input_object) await this.#objects.delete(input_object.key);
  }

  /** Deletes everything that is stored of an analysis, also what its record does not name, and legacy keys that it names. */
  async deleteAll(record: Key & Pick<Analysis, "image_object" | "processed_object">): Promise<void> {
    for (const object of [record.image_object, record.processed_object])
      if (object) await this.#objects.delete(object.key);
    for await (const { key } of this.#objects.list(inferenceFolder(record.request_id, record.created_at)))
      await this.#objects.delete(key);
  }

  async #put(key: string, bytes: Uint8Array, contentType: string): Promise<StoredObject> {
    return storedObject(await this.#objects.put(key, bytes, { contentType }));
  }
}

const extensions: Readonly<Record<ImageFormat, string>> = {
  jpeg: "jpg",
  png: "png",
  webp: "webp",
  tiff: "tiff",
  avif: "avif",
  gif: "gif",
};

function storedObject({ key, sha256, size_bytes, content_type }: WrittenObject): StoredObject {
  return { key, sha256, size_bytes, content_type };
}

function keyOf({ request_id, created_at }: Key, name: string): string {
  return inferenceKey(request_id, created_at, name);
}
