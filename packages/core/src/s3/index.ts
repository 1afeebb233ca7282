export { type BucketCheckOptions, checkS3Bucket } from "./check-bucket.ts";
export { toS3Lifecycle } from "./lifecycle.ts";
export { S3ObjectStore, type S3ObjectStoreOptions, s3 } from "./s3-object-store.ts";
