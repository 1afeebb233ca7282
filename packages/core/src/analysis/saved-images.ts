import { createHash } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageFormat, ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { oneDayRetention, thirtyDayRetention } from "../storage/lifecycle.ts";
import { inferenceKey } from "../storage/object-layout.ts";
import type { ObjectStore, ObjectTags } from "../storage/object-store.ts";
import type { Analysis } from "./analysis.ts";
import { deleteAnalysisObjects } from "./analysis-objects.ts";
import type { ImageStores } from "./open-storage.ts";
import type { StoredObject } from "./stored-image.ts";
import { type EpochSeconds, secondsAt } from "./time.ts";

type Key = Pick<Analysis, "request_id" | "created_at">;

/** What is kept of an image besides its bytes. */
interface KeptParts {
  readonly info: ImageInfo;
  readonly processed: PreprocessedImage;
  /** PNG of the fused heat map, when there is one. */
  readonly heatmap: Uint8Array | undefined;
  readonly expiresAt: EpochSeconds;
}

/** Milliseconds for which the input of an unfinished job may be held. */
const longestHoldMs = 86_400_000;

/** The images of analyses in an object store, under `inference/{yyyy}/{mm}/{dd}/{request_id}/`. */
export class SavedImages {
  readonly #raw: ObjectStore;
  readonly #processed: ObjectStore;

  constructor({ raw, processed }: ImageStores) {
    this.#raw = raw;
    this.#processed = processed;
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
    { info, processed, heatmap, expiresAt }: KeptParts,
  ): Promise<Partial<Analysis>> {
    const name = `original.${extensions[info.format]}`;
    const image_object = await put(this.#raw, keyOf(record, name), bytes, info.content_type, thirtyDayRetention);
    const copy = [keyOf(record, "processed.jpg"), processed.bytes, processed.content_type] as const;
    const processed_object = await put(this.#processed, ...copy, thirtyDayRetention);
    const heatmap_object = heatmap && (await this.keepHeatmap(record, heatmap));
    return {
      image_saved: true,
      image_object,
      processed_object,
      ...(heatmap_object && { heatmap_object }),
      raw_image_url: this.#raw.uri(image_object.key),
      processed_image_url: this.#processed.uri(processed_object.key),
      image_expires_at: expiresAt,
      auto_delete_date: expiresAt,
    };
  }

  /**
   * Keeps the heat map of a result of an image that is kept, with the time of the image.
   *
   * @param png Its name follows from its content: another result of the same analysis gets another one.
   */
  async keepHeatmap(record: Key, png: Uint8Array): Promise<StoredObject> {
    const name = createHash("sha256").update(png).digest("hex").slice(0, 16);
    return put(this.#processed, keyOf(record, `heatmap-${name}.png`), png, "image/png", thirtyDayRetention);
  }

  /** Holds the input of a submitted job until it ends, at most 24 h. */
  async hold(record: Key, bytes: Uint8Array, format: ImageFormat): Promise<Partial<Analysis>> {
    const key = keyOf(record, `input.${extensions[format]}`);
    return {
      input_object: await put(this.#raw, key, bytes, `image/${format}`, oneDayRetention),
      input_expires_at: secondsAt(record.created_at + longestHoldMs),
    };
  }

  /** The bytes of an original or a held input. @throws ArtGuardError `storage.not-found`, `storage.corrupt` when they are not those that were stored. */
  async read(object: StoredObject): Promise<Uint8Array> {
    return checked(this.#raw, object);
  }

  /** The bytes of a heat map. @throws ArtGuardError as {@link SavedImages.read} */
  async readHeatmap(object: StoredObject): Promise<Uint8Array> {
    return checked(this.#processed, object);
  }

  /** Deletes the heat map of an earlier result. */
  async deleteHeatmap({ key }: StoredObject): Promise<void> {
    await this.#processed.delete(key);
  }

  /** Deletes the held input of a job. */
  async deleteInput({ input_object }: Pick<Analysis, "input_object">): Promise<void> {
    if (input_object) await this.#raw.delete(input_object.key);
  }

  /** Deletes everything that is stored of an analysis, whether or not its record names it. */
  async deleteAll(record: Key & Partial<Analysis>): Promise<void> {
    await deleteAnalysisObjects(record, [this.#raw, this.#processed]);
  }
}

async function checked(store: ObjectStore, { key, sha256 }: StoredObject): Promise<Uint8Array> {
  const bytes = await store.get(key);
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  throw new ArtGuardError("storage.corrupt", `the object ${key} is not what was stored`);
}

async function put(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  contentType: string,
  tags: ObjectTags,
): Promise<StoredObject> {
  const { sha256, size_bytes, content_type } = await store.put(key, bytes, { contentType, tags });
  return { key, sha256, size_bytes, content_type };
}

const extensions: Readonly<Record<ImageFormat, string>> = {
  jpeg: "jpg",
  png: "png",
  webp: "webp",
  tiff: "tiff",
  avif: "avif",
  gif: "gif",
};

function keyOf({ request_id, created_at }: Key, name: string): string {
  return inferenceKey(request_id, created_at, name);
}
