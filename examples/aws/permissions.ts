import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Storage } from "./storage.ts";

/** The functions of a deployment. */
export const functionNames = ["api", "worker", "preprocess", "privacy"] as const;
export type FunctionName = (typeof functionNames)[number];

/** What the repositories ask of their tables: the list in docs/storage.md, which has no scan. */
const recordActions = [
  ...["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"],
  ...["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
];

/** What each function may do; what is not listed is denied. No function may scan or change a table or bucket itself. */
export function permissionsOf(name: FunctionName, storage: Storage): PolicyStatement[] {
  const { analyses, users, governed, raw, processed } = storage;
  const buckets = [raw, processed];
  const trusted = [
    ...[analyses, users, ...governed].map((table) => onTable(table, recordActions)),
    ...onKeys(storage),
    ...buckets.map(listing),
    ...buckets.map((bucket) => onObjects(bucket, "audit/*", ["GetObject", "DeleteObject"])),
  ];
  switch (name) {
    case "api":
    case "worker":
      return [
        ...trusted,
        ...buckets.map((bucket) => onObjects(bucket, "inference/*", ["GetObject", ...writing, "DeleteObject"])),
      ];
    case "preprocess":
      return [
        onObjects(raw, "training/*", ["GetObject", "GetObjectTagging"]),
        onObjects(processed, "training/*", ["GetObject", ...writing]),
      ];
    case "privacy":
      return [...trusted, ...buckets.map((bucket) => onObjects(bucket, "inference/*", ["GetObject", "DeleteObject"]))];
  }
}

/** Of a put with its tags; one in parts takes them away when it fails. */
const writing = ["PutObject", "PutObjectTagging", "AbortMultipartUpload"];

function onTable(table: ITable, actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn, `${table.tableArn}/index/*`],
  });
}

/** To wrap and unwrap keys, and to read the keys of the installation. */
function onKeys({ wrapping, keys }: Storage): PolicyStatement[] {
  const { ALLOW } = Effect;
  return [
    new PolicyStatement({ effect: ALLOW, actions: ["kms:Encrypt", "kms:Decrypt"], resources: [wrapping.keyArn] }),
    new PolicyStatement({ effect: ALLOW, actions: ["secretsmanager:GetSecretValue"], resources: [keys.secretArn] }),
  ];
}

function onObjects(bucket: Bucket, pattern: string, actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: actions.map((action) => `s3:${action}`),
    resources: [bucket.arnForObjects(pattern)],
  });
}

/**
 * Deleting an analysis deletes what is listed in its folder. Of the whole bucket: without it, or with a condition on the
 * prefix, S3 answers a missing object as one that is forbidden.
 */
function listing(bucket: Bucket): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: ["s3:ListBucket"], resources: [bucket.bucketArn] });
}
