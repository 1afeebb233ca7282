import type { Analysis } from "../analysis/analysis.ts";
import type { StoredObject } from "../analysis/stored-image.ts";
import { inferenceFolder } from "../storage/object-layout.ts";
import type { ObjectStore } from "../storage/object-store.ts";

/** Where objects of analyses live, by day, so that the oldest come first in a listing. */
export const inferenceRoot = "inference/";

type AnalysisKey = Pick<Analysis, "request_id" | "created_at">;

/** `inference/<yyyy>/<mm>/<dd>/` of a moment in epoch milliseconds, UTC. */
export function dayFolder(moment: number): string {
  return `${inferenceRoot}${new Date(moment).toISOString().slice(0, 10).replaceAll("-", "/")}/`;
}

/** Objects that a record names, whatever their keys are. */
export function namedObjects({ image_object, processed_object, input_object }: Partial<Analysis>): StoredObject[] {
  return [image_object, processed_object, input_object].filter((object) => object !== undefined);
}

/** Keys that only a URL names: records of before, with images under `audit/`. */
function keysOfUrls({ raw_image_url, processed_image_url }: Partial<Analysis>): string[] {
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
    for await (const { key } of store.list(inferenceFolder(record.request_id, record.created_at), options))
      listed.push(key);
    for (const key of new Set([...listed, ...named])) {
      await store.delete(key, options);
      counted.add(key);
    }
  }
  return counted.size;
}
