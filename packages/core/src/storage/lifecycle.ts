import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ObjectCallOptions, ObjectStore, ObjectTags } from "./object-store.ts";

/** What a bucket (or folder) is for. */
export const bucketRoles = ["raw", "processed", "knowledge_base"] as const;
/** See {@link bucketRoles}. */
export type BucketRole = (typeof bucketRoles)[number];

/** When the objects of a bucket under a prefix, with certain tags, cease to exist. */
export interface LifecycleRule {
  /** Unique; also the id of the rule in S3. */
  readonly id: string;
  readonly bucket: BucketRole;
  readonly prefix: string;
  /** Tags an object must have for the rule to apply; all objects under the prefix when omitted. */
  readonly tags?: ObjectTags;
  /** Days after the last `put`; `null` is a promise to keep. */
  readonly expireAfterDays: number | null;
}

/** The tag of an object that was kept for thirty days. */
export const thirtyDayRetention: ObjectTags = { retention: "30d" };

/** The tag of the input of a job, which is deleted when the job ends; this is the net below that. */
export const oneDayRetention: ObjectTags = { retention: "1d" };

/** Days after which the parts of an unfinished upload are removed, in every bucket. */
export const abortUploadAfterDays = 1;

/** Buckets that keep earlier versions. Buckets of images do not: a deleted image is to be gone. */
export const versionedBuckets: readonly BucketRole[] = ["knowledge_base"];

/**
 * The retention that ArtGuard promises, declared once: the configuration of S3, the sweeper of embedded stores, the
 * infrastructure example and the doctor derive from it. A copy never outlives its original's promise, and training data
 * is under rules of its own.
 */
export const lifecycleRules: readonly LifecycleRule[] = [
  { id: "raw-inference-30d", bucket: "raw", prefix: "inference/", tags: thirtyDayRetention, expireAfterDays: 30 },
  { id: "raw-inference-1d", bucket: "raw", prefix: "inference/", tags: oneDayRetention, expireAfterDays: 1 },
  { id: "raw-audit-30d", bucket: "raw", prefix: "audit/", expireAfterDays: 30 },
  { id: "raw-training-kept", bucket: "raw", prefix: "training/", expireAfterDays: null },
  {
    id: "processed-inference-30d",
    bucket: "processed",
    prefix: "inference/",
    tags: thirtyDayRetention,
    expireAfterDays: 30,
  },
  { id: "processed-training-kept", bucket: "processed", prefix: "training/", expireAfterDays: null },
];

const millisecondsPerDay = 86_400_000;

/**
 * The rules of one bucket.
 *
 * @example
 * for (const rule of lifecycleOf("raw")) console.log(rule);
 */
export function lifecycleOf(bucket: BucketRole, rules: readonly LifecycleRule[] = lifecycleRules): LifecycleRule[] {
  return rules.filter((rule) => rule.bucket === bucket);
}

/**
 * When an object expires, in epoch milliseconds, by the earliest of the rules that apply to it; undefined when none ends
 * it. S3 itself deletes later: it rounds up to midnight UTC and works once a day.
 *
 * @param rules Of the object's bucket: see {@link lifecycleOf}.
 * @example
 * const expiresAt = expiryOf({ key: "inference/a/original.jpg", modified_at: Date.now(), tags: {} }, lifecycleOf("raw"));
 */
export function expiryOf(
  object: { readonly key: string; readonly modified_at: number; readonly tags: ObjectTags },
  rules: readonly LifecycleRule[],
): number | undefined {
  const days = rules
    .filter((rule) => object.key.startsWith(rule.prefix) && hasTags(object.tags, rule.tags))
    .flatMap(({ expireAfterDays }) => expireAfterDays ?? []);
  return days.length === 0 ? undefined : object.modified_at + Math.min(...days) * millisecondsPerDay;
}

/**
 * Deletes the expired objects of one store; returns how many. Where S3 does it itself, this does it up to two days
 * earlier. An object that is replaced at the very moment of its deletion may be deleted with it.
 *
 * @param rules Of the store's bucket: see {@link lifecycleOf}.
 * @param now Epoch milliseconds.
 * @throws ArtGuardError `storage.corrupt` after all others were deleted, when the tags of damaged objects cannot be read.
 * @example
 * const deleted = await deleteExpiredObjects(raw, lifecycleOf("raw"), Date.now());
 */
export async function deleteExpiredObjects(
  store: ObjectStore,
  rules: readonly LifecycleRule[],
  now: number,
  options: ObjectCallOptions = {},
): Promise<number> {
  let deleted = 0;
  const damaged = new Set<string>();
  for (const rule of rules) {
    for await (const { key, modified_at } of store.list(rule.prefix, options)) {
      // The tags are asked for only when the age alone would end the object.
      const expiry = expiryOf({ key, modified_at, tags: rule.tags ?? {} }, [rule]);
      if (expiry === undefined || expiry > now) continue;
      const applies = rule.tags === undefined || (await tagsFit(store, key, rule.tags, options));
      if (applies === "damaged") damaged.add(key);
      if (applies !== true) continue;
      await store.delete(key, options);
      deleted += 1;
    }
  }
  if (damaged.size === 0) return deleted;
  const [first] = damaged;
  const message = `${deleted} expired objects were deleted; whether ${damaged.size} old damaged ones have expired, such as ${first}, cannot be read`;
  throw new ArtGuardError("storage.corrupt", message, { fix: "Restore these objects from a backup, or delete them." });
}

async function tagsFit(
  store: ObjectStore,
  key: string,
  wanted: ObjectTags,
  options: ObjectCallOptions,
): Promise<boolean | "damaged"> {
  try {
    return hasTags(await store.getTags(key, options), wanted);
  } catch (error) {
    if (isArtGuardError(error, "storage.corrupt")) return "damaged";
    // Somebody else deleted it since it was listed.
    if (isArtGuardError(error, "storage.not-found")) return false;
    throw error;
  }
}

function hasTags(tags: ObjectTags, wanted: ObjectTags = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => tags[name] === value);
}
