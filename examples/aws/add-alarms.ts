import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

const period = Duration.minutes(5);

/** Alarms on what a caller would notice: refused or failed requests of tables, and functions that fail or are refused. */
export function addAlarms(scope: Construct, tableNames: readonly string[], functions: readonly LambdaFunction[]): void {
  for (const name of tableNames) {
    alarm(scope, `${name}-SystemErrors`, tableMetric("SystemErrors", { TableName: name }), 1);
    alarm(scope, `${name}-ThrottledRequests`, tableMetric("ThrottledRequests", { TableName: name }), 10);
  }
  // DynamoDB counts requests with errors of ours for the account, not for a table.
  alarm(scope, "UserErrors", tableMetric("UserErrors", {}), 50);
  for (const added of functions) {
    alarm(scope, `${added.node.id}-Errors`, added.metricErrors({ period }), 1);
    alarm(scope, `${added.node.id}-Throttles`, added.metricThrottles({ period }), 1);
  }
}

function tableMetric(metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace: "AWS/DynamoDB", metricName, dimensionsMap, statistic: "Sum", period });
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
