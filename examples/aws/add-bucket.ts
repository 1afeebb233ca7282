import { abortUploadAfterDays, type BucketRole, lifecycleOf, versionedBuckets } from "@artguard/core";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** A private bucket whose lifecycle is the retention that ArtGuard promises for its role. */
export function addBucket(scope: Construct, id: string, role: BucketRole, bucketName: string): Bucket {
  return new Bucket(scope, id, {
    bucketName,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // A deleted image is to be gone: only the knowledge base keeps earlier versions.
    versioned: versionedBuckets.includes(role),
    eventBridgeEnabled: true,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [...expirations(role), abortedUploads],
  });
}

const abortedUploads: LifecycleRule = {
  id: "abort-uploads",
  abortIncompleteMultipartUploadAfter: Duration.days(abortUploadAfterDays),
};

function expirations(role: BucketRole): LifecycleRule[] {
  return lifecycleOf(role).flatMap(({ id, prefix, tags, expireAfterDays }) => {
    if (expireAfterDays === null) return [];
    return [{ id, prefix, ...(tags && { tagFilters: { ...tags } }), expiration: Duration.days(expireAfterDays) }];
  });
}
