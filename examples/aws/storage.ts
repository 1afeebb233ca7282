import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";

/** Everything that keeps data. */
export interface Storage {
  readonly analyses: ITable;
  readonly users: ITable;
  /** Of governance. */
  readonly governed: readonly ITable[];
  readonly raw: Bucket;
  readonly processed: Bucket;
  readonly knowledgeBase: Bucket;
  /** Wraps the keys of stored images. */
  readonly wrapping: IKey;
  /** Holds the keys of the installation. */
  readonly keys: Secret;
}
