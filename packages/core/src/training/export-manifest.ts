import { trainingKey } from "../storage/object-layout.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { labelIn, labelOf, type TrainingLabel } from "./training-image.ts";

/** One line of a manifest: a preprocessed training image and what it shows. */
export interface ManifestEntry {
  /** Where the copy is, e.g. `s3://bucket/training/…`. */
  readonly uri: string;
  readonly key: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly dataset: string;
  readonly label: TrainingLabel;
  /** Size of the copy in pixels. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the original that the copy was made of. */
  readonly source_sha256: string;
  /** Pixels of the oriented original per pixel of the copy. */
  readonly scale: number;
}

/**
 * The preprocessed images of a dataset in the order of their keys, for fine-tuning elsewhere; as JSON Lines, one
 * `JSON.stringify(entry)` per line. Objects under the prefix that no preprocessing wrote are left out.
 *
 * @throws ArtGuardError `training.unknown-label`, `storage.*`
 * @example
 * for await (const entry of exportManifest(training, "authentic_v1")) console.log(JSON.stringify(entry));
 */
export async function* exportManifest(
  { processed }: { readonly processed: ObjectStore },
  dataset: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<ManifestEntry, void, undefined> {
  const prefix = trainingKey(dataset, "x").slice(0, -1);
  for await (const { key } of processed.list(prefix, options)) {
    const source = /([0-9a-f]{64})\.jpg$/.exec(key)?.[1];
    const head = source === undefined ? undefined : await processed.head(key, options);
    if (source === undefined || head?.sha256 === undefined) continue;
    const tags = await processed.getTags(key, options);
    yield {
      uri: processed.uri(key),
      key,
      sha256: head.sha256,
      size_bytes: head.size_bytes,
      dataset,
      label: labelIn(tags) ?? labelOf(dataset),
      width: Number(tags["width"]),
      height: Number(tags["height"]),
      source_sha256: source,
      scale: Number(tags["scale"]),
    };
  }
}
