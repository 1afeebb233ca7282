import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { Bucket } from "aws-cdk-lib/aws-s3";

/** Everything that keeps data. */
export interface Storage {
  readonly analyses: ITable;
  readonly users: ITable;
  readonly raw: Bucket;
  readonly processed: Bucket;
  readonly knowledgeBase: Bucket;
}
