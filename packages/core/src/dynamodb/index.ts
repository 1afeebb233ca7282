/**
 * `TableStore` on Amazon DynamoDB. Needs `@aws-sdk/client-dynamodb`.
 *
 * @module @artguard/core/dynamodb
 */
export { checkDynamoDBTable } from "./check-table.ts";
export { createTableInput, type TableRequests } from "./create-table-input.ts";
export { DynamoDBTable } from "./dynamodb-table.ts";
export { DynamoDBTableStore, type DynamoDBTableStoreOptions, dynamodb } from "./dynamodb-table-store.ts";
export { describeDifferences, type StoredTable, type TableDifference } from "./table-differences.ts";
