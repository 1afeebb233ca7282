import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ArtGuardError, type ErrorRecord, isArtGuardError } from "../errors/artguard-error.ts";
import { assertWithin, type ImageLimits } from "../image/image-limits.ts";
import { inspectImage } from "../image/inspect-image.ts";
import { trainingKey } from "../storage/object-layout.ts";
import { preprocessTrainingImage } from "./preprocess-training-image.ts";
import {
  labelIn,
  labelOf,
  labelTag,
  processedKey,
  type TrainingContext,
  type TrainingLabel,
} from "./training-image.ts";

/** What became of one file of a dataset. */
export interface UploadedFile {
  /** Path below the dataset's folder. */
  readonly path: string;
  /** `present`: the same bytes were there already; `refused`: see `error`, and the other files go on. */
  readonly status: "uploaded" | "present" | "refused";
  readonly key?: string;
  readonly error?: ErrorRecord;
  /** Files done so far, this one included, and files in all. */
  readonly done: number;
  readonly total: number;
}

/** Options of {@link uploadDataset}. */
export interface UploadOptions {
  /** Folder with the images; folders below it are walked, links and hidden files are not. */
  readonly folder: string;
  /** Name and version, for example `authentic_v1`. */
  readonly dataset: string;
  /** Default: what the dataset's name says. */
  readonly label?: TrainingLabel;
  /** Make the preprocessed copies here; default true. False where new objects start it by an event. */
  readonly preprocess?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Uploads a folder of labelled images to `training/{dataset}/`, file by file in the order of their names. Run again, it
 * goes on where it stopped: files whose bytes are there are not sent a second time. A file that is no readable image, or
 * whose name is taken by other bytes or with another label, is refused and named; nothing is overwritten.
 *
 * @throws ArtGuardError `training.unknown-label`, `training.unreadable-folder`, `storage.*` when the store itself fails.
 * @example
 * for await (const { path, status } of uploadDataset(training, { folder: "data/authentic", dataset: "authentic_v1" }))
 *   console.log(status, path);
 */
export async function* uploadDataset(
  context: TrainingContext,
  { folder, dataset, label = labelOf(dataset), preprocess = true, signal }: UploadOptions,
): AsyncGenerator<UploadedFile, void, undefined> {
  const paths = await imagePaths(folder);
  const call = signal ? { signal } : {};
  for (const [i, path] of paths.entries()) {
    signal?.throwIfAborted();
    const progress = { path, done: i + 1, total: paths.length };
    try {
      const key = trainingKey(dataset, path.split(sep).join("/"));
      const { status, sha256 } = await upload(context, join(folder, path), key, label, call);
      const isComplete =
        status === "present" && (await context.processed.head(processedKey(dataset, sha256), call)) !== undefined;
      if (preprocess && !isComplete) await preprocessTrainingImage(key, context, call);
      yield { ...progress, status, key };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      yield { ...progress, status: "refused", error: error.toJSON() };
    }
  }
}

/** Failures of one file; those of the store would be met by every other file, too. */
function isRefusal(error: unknown): error is ArtGuardError {
  const ofOneFile = ["image.", "training.name-taken", "storage.invalid-key"];
  return ofOneFile.some((prefix) => isArtGuardError(error, prefix));
}

async function imagePaths(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const order = new Intl.Collator("en", { numeric: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .filter((path) => !path.split(sep).some((part) => part.startsWith(".")))
      .sort(order.compare);
  } catch (error) {
    throw new ArtGuardError("training.unreadable-folder", `${folder} cannot be listed`, { cause: error });
  }
}

async function upload(
  { raw, limits }: TrainingContext,
  path: string,
  key: string,
  label: TrainingLabel,
  options: { readonly signal?: AbortSignal },
): Promise<{ status: "uploaded" | "present"; sha256: string }> {
  const bytes = await read(path, limits);
  const { sha256, content_type } = inspectImage(bytes, limits);
  try {
    await raw.put(key, bytes, {
      contentType: content_type,
      sha256,
      ifAbsent: true,
      tags: { [labelTag]: label },
      ...options,
    });
    return { status: "uploaded", sha256 };
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    const stored = await raw.head(key, options);
    const other = stored?.sha256 === sha256 ? labelIn(await raw.getTags(key, options)) : "other bytes";
    if (other === undefined || other === label) return { status: "present", sha256 };
    throw new ArtGuardError("training.name-taken", `${key} is there with ${other}`, { cause: error });
  }
}

async function read(path: string, limits: ImageLimits): Promise<Uint8Array> {
  try {
    assertWithin(limits, "maxBytes", (await stat(path)).size);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (isArtGuardError(error)) throw error;
    throw new ArtGuardError("image.unreadable", `${path} cannot be read`, { cause: error });
  }
}
