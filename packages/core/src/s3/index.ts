/**
 * `ObjectStore` on Amazon S3. Needs `@aws-sdk/client-s3`.
 *
 * @module @artguard/core/s3
 */
export { type BucketCheckOptions, checkS3Bucket } from "./check-bucket.ts";
export { toS3Lifecycle } from "./lifecycle.ts";
export { S3ObjectStore, type S3ObjectStoreOptions, s3 } from "./s3-object-store.ts";
