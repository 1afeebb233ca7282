import { createHash } from "node:crypto";
import { ArtGuardError, MemoryObjectStore, type TrainingContext } from "@artguard/core";
import { type ExaminationEvent, type Examiner, resolveLimits } from "@artguard/core/image";

/** A bucket in memory, as S3 names its objects. */
export class Bucket extends MemoryObjectStore {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override uri(key: string): string {
    return `s3://${this.#name}/${key}`;
  }
}

/** An examiner that decodes nothing: what begins with `poison` is no image, anything else is one. */
const stubExaminer: Examiner = {
  async *examine(bytes): AsyncGenerator<ExaminationEvent, void, undefined> {
    if (Buffer.from(bytes).toString().startsWith("poison"))
      throw new ArtGuardError("image.undecodable", "seeded: no image");
    const info = {
      format: "jpeg",
      content_type: "image/jpeg",
      size_bytes: bytes.length,
      sha256: sha256(bytes),
      width: 2,
      height: 1,
      frames: 1,
      orientation: 1,
      metadata_bytes: 0,
      has_exif: false,
      has_icc: false,
    } as const;
    yield { type: "inspected", info };
    yield { type: "preprocessed", image: { bytes, content_type: "image/jpeg", width: 2, height: 1, scale: 1 } };
  },
  [Symbol.asyncDispose]: async () => undefined,
};

/** The buckets of training images, with an examiner that decodes nothing. */
export function trainingBuckets(): TrainingContext & { readonly raw: Bucket; readonly processed: Bucket } {
  return {
    raw: new Bucket("artguard-images-raw-test"),
    processed: new Bucket("artguard-images-processed-test"),
    examiner: stubExaminer,
    limits: resolveLimits({}),
    deadlineMs: 1000,
  };
}

export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/** The keys in a bucket. */
export async function keysOf(bucket: Bucket): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list("")) keys.push(key);
  return keys;
}
