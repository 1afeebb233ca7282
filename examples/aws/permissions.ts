import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Storage } from "./storage.ts";

/** The functions of a deployment. */
export const functionNames = ["api", "worker", "preprocess", "privacy"] as const;
export type FunctionName = (typeof functionNames)[number];

/** What each function may do; what is not listed is denied. No function may scan or change a table or bucket itself. */
export function permissionsOf(name: FunctionName, storage: Storage): PolicyStatement[] {
  const { analyses, users, raw, processed } = storage;
  const records = [
    onTable(analyses, ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"]),
    onTable(users, ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]),
  ];
  switch (name) {
    case "api":
    case "worker":
      return [
        ...records,
        onTable(analyses, ["DeleteItem", "BatchWriteItem"]),
        ...[raw, processed].map((bucket) =>
          onObjects(bucket, "inference/*", ["GetObject", "PutObject", "PutObjectTagging", "DeleteObject"]),
        ),
        onObjects(raw, "audit/*", ["GetObject", "DeleteObject"]),
      ];
    case "preprocess":
      return [
        onObjects(raw, "training/*", ["GetObject", "GetObjectTagging"]),
        onObjects(processed, "training/*", ["GetObject", "PutObject", "PutObjectTagging"]),
      ];
    case "privacy":
      return [
        ...records,
        onTable(analyses, ["DeleteItem", "BatchWriteItem"]),
        onTable(users, ["BatchWriteItem"]),
        ...[raw, processed].flatMap((bucket) => [
          onObjects(bucket, "inference/*", ["GetObject", "GetObjectTagging", "DeleteObject"]),
          listing(bucket, "inference/*"),
        ]),
        onObjects(raw, "audit/*", ["GetObject", "DeleteObject"]),
      ];
  }
}

function onTable(table: ITable, actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn, `${table.tableArn}/index/*`],
  });
}

function onObjects(bucket: Bucket, pattern: string, actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: actions.map((action) => `s3:${action}`),
    resources: [bucket.arnForObjects(pattern)],
  });
}

function listing(bucket: Bucket, pattern: string): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ["s3:ListBucket"],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { "s3:prefix": pattern } },
  });
}
