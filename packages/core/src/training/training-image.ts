import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Examiner } from "../image/examiner.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import { parseObjectKey, trainingKey } from "../storage/object-layout.ts";
import type { ObjectStore, ObjectTags } from "../storage/object-store.ts";

/** What the images of a training dataset show. */
export const trainingLabels = ["authentic", "forged"] as const;
/** See {@link trainingLabels}. */
export type TrainingLabel = (typeof trainingLabels)[number];

/** Where training images are and how they are read. */
export interface TrainingContext {
  /** The images as they came, under `training/{dataset}/`. */
  readonly raw: ObjectStore;
  /** The preprocessed copies, under the same prefix; another store than `raw`. */
  readonly processed: ObjectStore;
  readonly examiner: Examiner;
  readonly limits: ImageLimits;
  /** Longest time for one image in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * The label that a dataset's name declares: what stands before its version, as in `authentic_v1` and `forged_v1`.
 *
 * @throws ArtGuardError `training.unknown-label`
 * @example
 * labelOf("forged_v2"); // forged
 */
export function labelOf(dataset: string): TrainingLabel {
  const stem = dataset.replace(/[_.-]v?\d+$/, "");
  const label = trainingLabels.find((name) => name === stem);
  if (label) return label;
  throw new ArtGuardError("training.unknown-label", `the name of the dataset "${dataset}" does not say a label`);
}

/** Dataset and name of a training image. @throws ArtGuardError `training.invalid-key` */
export function trainingPlace(key: string): { dataset: string; name: string } {
  const place = parseObjectKey(key);
  if (place?.kind === "training") return place;
  throw new ArtGuardError(
    "training.invalid-key",
    `not the key of a training image: ${JSON.stringify(key.slice(0, 100))}`,
  );
}

/**
 * Key of the preprocessed copy: by the content of its original, so that a second delivery of the same event, or a second
 * file with the same bytes, leads to the same copy.
 */
export function processedKey(dataset: string, sourceSha256: string): string {
  return trainingKey(dataset, `${sourceSha256}.jpg`);
}

/** The tag that carries a label. */
export const labelTag = "label";

/** The label in an object's tags, if one is there. */
export function labelIn(tags: ObjectTags): TrainingLabel | undefined {
  return trainingLabels.find((label) => label === tags[labelTag]);
}
