import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { trainingKey } from "../storage/object-layout.ts";
import { type PreprocessedTrainingImage, preprocessTrainingImage } from "./preprocess-training-image.ts";
import type { TrainingContext } from "./training-image.ts";

/** An object that was written to a store, as an event of the store tells. */
export interface CreatedObject {
  /** Where it is, as the store's own `uri(key)`. */
  readonly uri: string;
  readonly key: string;
  /** Hexadecimal; of two events of one key the one with the greater number is the later one. */
  readonly sequencer?: string;
}

/**
 * Takes in training images as events tell of them (workflow B): in any order, any number of times.
 *
 * @example
 * const intake = new TrainingIntake(training);
 * const key = "training/forged_v1/a.jpg";
 * await intake.take({ uri: training.raw.uri(key), key });
 */
export class TrainingIntake {
  readonly #context: TrainingContext;

  /**
   * @throws ArtGuardError `training.same-store` when copies would be written where images are read, and each copy would
   * be the next image.
   */
  constructor(context: TrainingContext) {
    const { raw, processed } = context;
    const anyKey = trainingKey("authentic_v1", "image.jpg");
    if (raw === processed || raw.uri(anyKey) === processed.uri(anyKey)) {
      throw new ArtGuardError("training.same-store", `both images and their copies are at ${raw.uri(anyKey)}`);
    }
    this.#context = context;
  }

  /**
   * Makes the copy of what is at the object's key now, whatever the event was about: a late or repeated event does no
   * harm, and every write is followed by an event of its own.
   *
   * @returns undefined when the object no longer exists.
   * @throws ArtGuardError `training.other-store` for an object of another store, such as that of the copies;
   * `training.invalid-key`, `training.unknown-label`, `storage.*`, `image.*`
   */
  async take(
    object: CreatedObject,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<PreprocessedTrainingImage | undefined> {
    const expected = this.#context.raw.uri(object.key);
    if (object.uri !== expected) {
      throw new ArtGuardError("training.other-store", `${object.uri} is not among the training images (${expected})`);
    }
    try {
      return await preprocessTrainingImage(object.key, this.#context, options);
    } catch (error) {
      if (isArtGuardError(error, "storage.not-found")) return undefined;
      throw error;
    }
  }
}

/**
 * Of several events of one object the latest; the others have nothing to tell any more.
 *
 * @example
 * const events = [{ uri: "s3://raw/training/forged_v1/a.jpg", key: "training/forged_v1/a.jpg", sequencer: "0A" }];
 * for (const object of latestOf(events)) console.log(object.key);
 */
export function latestOf(objects: readonly CreatedObject[]): CreatedObject[] {
  const latest = new Map<string, CreatedObject>();
  for (const object of objects) {
    const known = latest.get(object.uri);
    if (!known || isLater(object, known)) latest.set(object.uri, object);
  }
  return [...latest.values()];
}

/** Sequencers are padded with zeros on the right and then compared as text, as S3 prescribes. */
function isLater({ sequencer: a = "" }: CreatedObject, { sequencer: b = "" }: CreatedObject): boolean {
  const length = Math.max(a.length, b.length);
  return a.toLowerCase().padEnd(length, "0") > b.toLowerCase().padEnd(length, "0");
}
