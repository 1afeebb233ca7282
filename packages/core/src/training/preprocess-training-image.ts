import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { labelIn, labelOf, labelTag, processedKey, type TrainingContext, trainingPlace } from "./training-image.ts";

/** What became of one training image. */
export interface PreprocessedTrainingImage {
  /** Of the original, in the raw store. */
  readonly source_key: string;
  readonly source_sha256: string;
  /** Of the copy, in the processed store. */
  readonly key: string;
  /** False when the copy was there already. */
  readonly is_new: boolean;
}

/**
 * Makes the copy of one training image that a model is trained on (workflow B): the same preprocessing as for an
 * analysis, written to the processed store under the original's hash with tags that say where it came from. Doing it
 * twice is doing it once.
 *
 * @param key `training/{dataset}/{name}` in the raw store.
 * @throws ArtGuardError `training.invalid-key`, `training.unknown-label`, `storage.*`, `image.*`
 * @example
 * await preprocessTrainingImage("training/authentic_v1/img001.jpg", training);
 */
export async function preprocessTrainingImage(
  key: string,
  context: TrainingContext,
  options: { readonly signal?: AbortSignal } = {},
): Promise<PreprocessedTrainingImage> {
  const { dataset } = trainingPlace(key);
  const { raw, processed } = context;
  const label = labelIn(await raw.getTags(key, options)) ?? labelOf(dataset);
  const { info, image } = await examine(await raw.get(key, options), context, options);
  const copy = { source_key: key, source_sha256: info.sha256, key: processedKey(dataset, info.sha256) };
  const tags = {
    dataset,
    [labelTag]: label,
    source_width: String(info.width),
    source_height: String(info.height),
    width: String(image.width),
    height: String(image.height),
    scale: String(image.scale),
  };
  try {
    await processed.put(copy.key, image.bytes, { contentType: image.content_type, ifAbsent: true, tags, ...options });
    return { ...copy, is_new: true };
  } catch (error) {
    if (isArtGuardError(error, "storage.condition-failed")) return { ...copy, is_new: false };
    throw error;
  }
}

async function examine(
  bytes: Uint8Array,
  { examiner, limits, deadlineMs }: TrainingContext,
  options: { readonly signal?: AbortSignal },
): Promise<{ info: ImageInfo; image: PreprocessedImage }> {
  let info: ImageInfo | undefined;
  let image: PreprocessedImage | undefined;
  for await (const event of examiner.examine(bytes, {
    detectors: [],
    limits,
    deadlineMs,
    preprocess: true,
    ...options,
  })) {
    if (event.type === "inspected") info = event.info;
    if (event.type === "preprocessed") image = event.image;
  }
  if (info && image) return { info, image };
  throw new ArtGuardError("image.decode-timeout", `the image was not preprocessed within ${deadlineMs} ms`);
}
