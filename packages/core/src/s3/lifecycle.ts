import type { BucketLifecycleConfiguration, LifecycleRule as S3LifecycleRule, Tag } from "@aws-sdk/client-s3";
import { abortUploadAfterDays, type LifecycleRule } from "../storage/lifecycle.ts";
import type { ObjectTags } from "../storage/object-store.ts";

/**
 * The lifecycle configuration of one bucket, as `PutBucketLifecycleConfiguration` takes it: a rule for each declared
 * expiry, and one that removes the parts of unfinished uploads. A promise to keep is the absence of a rule.
 *
 * @param rules Of this bucket: see `lifecycleOf`.
 * @example
 * const { Rules } = toS3Lifecycle(lifecycleOf("raw"));
 */
export function toS3Lifecycle(
  rules: readonly LifecycleRule[],
): BucketLifecycleConfiguration & { Rules: S3LifecycleRule[] } {
  const expiring = rules.flatMap(({ id, prefix, tags, expireAfterDays }): S3LifecycleRule[] => {
    if (expireAfterDays === null) return [];
    return [{ ID: id, Status: "Enabled", Filter: toFilter(prefix, tags), Expiration: { Days: expireAfterDays } }];
  });
  const abort: S3LifecycleRule = {
    ID: "abort-unfinished-uploads",
    Status: "Enabled",
    Filter: { Prefix: "" },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadAfterDays },
  };
  return { Rules: [...expiring, abort] };
}

/** Tags as the list that S3's requests and lifecycle rules want. */
export function toTagSet(tags: ObjectTags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function toFilter(prefix: string, tags: ObjectTags = {}): S3LifecycleRule["Filter"] {
  const list = toTagSet(tags);
  return list.length === 0 ? { Prefix: prefix } : { And: { Prefix: prefix, Tags: list } };
}
