import type { TableDefinition } from "@artguard/core";
import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** Alarms on what a caller would notice: refused or failed requests of tables, and functions that fail or are refused. */
export function addAlarms(
  scope: Construct,
  tables: readonly TableDefinition<never>[],
  functions: readonly LambdaFunction[],
): void {
  for (const { name } of tables) {
    for (const [metricName, threshold] of [
      ["SystemErrors", 1],
      ["ThrottledRequests", 10],
      ["UserErrors", 50],
    ] as const) {
      const metric = new Metric({
        namespace: "AWS/DynamoDB",
        metricName,
        dimensionsMap: metricName === "UserErrors" ? {} : { TableName: name },
        statistic: "Sum",
        period: Duration.minutes(5),
      });
      alarm(scope, `${name}-${metricName}`, metric, threshold);
    }
  }
  for (const added of functions) {
    alarm(scope, `${added.node.id}-Errors`, added.metricErrors({ period: Duration.minutes(5) }), 1);
    alarm(scope, `${added.node.id}-Throttles`, added.metricThrottles({ period: Duration.minutes(5) }), 1);
  }
}

function alarm(scope: Construct, id: string, metric: Metric, threshold: number): void {
  new Alarm(scope, id, {
    metric,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
