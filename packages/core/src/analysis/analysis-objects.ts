import { inferenceFolder } from "../storage/object-layout.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Analysis } from "./analysis.ts";
import type { StoredObject } from "./stored-image.ts";

type AnalysisKey = Pick<Analysis, "request_id" | "created_at">;

/** Objects that a record names, whatever their keys are. */
export function namedObjects({
  image_object,
  processed_object,
  heatmap_object,
  input_object,
}: Partial<Analysis>): StoredObject[] {
  return [image_object, processed_object, heatmap_object, input_object].filter((object) => object !== undefined);
}

/** Keys that only a URL names: records of before, with images under `audit/`. */
export function keysOfUrls({ raw_image_url, processed_image_url }: Partial<Analysis>): string[] {
  return [raw_image_url, processed_image_url].flatMap((url) => /^s3:\/\/[^/]+\/(.+)$/.exec(url ?? "")?.[1] ?? []);
}

/**
 * Deletes everything that any of the stores holds of an analysis: what lies in its folder, and what its record names.
 *
 * @returns How many objects there were; those named count even when an interrupted attempt deleted them before.
 */
export async function deleteAnalysisObjects(
  record: AnalysisKey & Partial<Analysis>,
  stores: readonly ObjectStore[],
  signal?: AbortSignal,
): Promise<number> {
  const options = signal ? { signal } : {};
  const named = [...namedObjects(record).map(({ key }) => key), ...keysOfUrls(record)];
  const counted = new Set(named);
  for (const store of new Set(stores)) {
    const listed: string[] = [];
    const folder = inferenceFolder(record.request_id, record.created_at);
    for await (const { key } of store.list(folder, options)) listed.push(key);
    for (const key of new Set([...listed, ...named])) {
      await store.delete(key, options);
      counted.add(key);
    }
  }
  return counted.size;
}
