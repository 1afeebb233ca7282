import { ArtGuardError } from "../errors/artguard-error.ts";
import { assertObjectKey } from "./object-key.ts";

/** What the key of an object says. */
export type ObjectPlace =
  /** An image of an analysis, or what was made of it. `date` is the UTC day of the analysis, `yyyy-mm-dd`. */
  | { readonly kind: "inference"; readonly request_id: string; readonly date: string; readonly name: string }
  /** An image of a labelled dataset. */
  | { readonly kind: "training"; readonly dataset: string; readonly name: string }
  /** An image kept by an earlier system; nothing writes such keys any more. */
  | { readonly kind: "audit"; readonly name: string };

const idText = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const datasetText = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const nameText = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const inferencePattern = /^inference\/(\d{4})\/(\d{2})\/(\d{2})\/([^/]+)\/([^/]+)$/;
const trainingPattern = /^training\/([^/]+)\/(.+)$/;
/** Keys carry the time in milliseconds; below this, a moment was given in seconds. */
const earliestMilliseconds = 1e12;

/**
 * `inference/{yyyy}/{mm}/{dd}/{request_id}/{name}`, the day in UTC. Derivable from the record alone; no user id and no
 * file name that a user chose is in it.
 *
 * @param createdAt `created_at` of the analysis, epoch milliseconds.
 * @param name What the object is to the analysis, such as `original.jpg`.
 * @throws ArtGuardError `storage.invalid-key`
 * @example
 * inferenceKey("0190b8d2", 1_707_504_000_000, "original.jpg") // inference/2024/02/09/0190b8d2/original.jpg
 */
export function inferenceKey(requestId: string, createdAt: number, name: string): string {
  assertText("request_id", requestId, idText);
  assertText("name", name, nameText);
  return `${inferenceFolder(requestId, createdAt)}${name}`;
}

/**
 * The prefix of all objects of one analysis.
 *
 * @throws ArtGuardError `storage.invalid-key`
 * @example
 * inferenceFolder("0190b8d2", 1_707_504_000_000); // inference/2024/02/09/0190b8d2/
 */
export function inferenceFolder(requestId: string, createdAt: number): string {
  assertText("request_id", requestId, idText);
  const moment = new Date(createdAt);
  if (createdAt < earliestMilliseconds || Number.isNaN(moment.getTime()) || moment.getUTCFullYear() > 9999)
    throw invalid("created_at", String(createdAt));
  return `inference/${moment.toISOString().slice(0, 10).replaceAll("-", "/")}/${requestId}/`;
}

/**
 * `training/{dataset}/{name}`; the name may have folders.
 *
 * @throws ArtGuardError `storage.invalid-key`
 * @example
 * trainingKey("authentic_v1", "img001.jpg") // training/authentic_v1/img001.jpg
 */
export function trainingKey(dataset: string, name: string): string {
  assertText("dataset", dataset, datasetText);
  const key = `training/${dataset}/${name}`;
  assertObjectKey(key);
  return key;
}

/**
 * What a key says, or undefined when it is not of ArtGuard's layout. Reads the `audit/` keys of earlier systems.
 *
 * @example
 * const place = parseObjectKey("training/authentic_v1/img001.jpg");
 */
export function parseObjectKey(key: string): ObjectPlace | undefined {
  const [, year, month, day, request_id, file] = inferencePattern.exec(key) ?? [];
  if (request_id !== undefined && file !== undefined) {
    const date = `${year}-${month}-${day}`;
    const valid = isDay(date) && idText.test(request_id) && nameText.test(file);
    return valid ? { kind: "inference", request_id, date, name: file } : undefined;
  }
  const [, dataset, name] = trainingPattern.exec(key) ?? [];
  if (dataset !== undefined && name !== undefined) {
    return datasetText.test(dataset) ? { kind: "training", dataset, name } : undefined;
  }
  return /^audit\/./.test(key) ? { kind: "audit", name: key.slice("audit/".length) } : undefined;
}

function isDay(date: string): boolean {
  const moment = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(date);
}

function assertText(what: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value)) throw invalid(what, value);
}

function invalid(what: string, value: string): ArtGuardError {
  return new ArtGuardError(
    "storage.invalid-key",
    `not a ${what} for an object key: ${JSON.stringify(value.slice(0, 100))}`,
  );
}
