/**
 * Handlers for S3 and EventBridge events, SQS batches and schedules on AWS Lambda.
 *
 * @module @artguard/lambda
 */
export type { InvocationContext } from "./invocation.ts";
export type { MessageFailure, MessageOptions, SqsBatchResponse } from "./message-batch.ts";
export { type OpenWorkHandlerOptions, openWorkHandler } from "./open-work-handler.ts";
export { type S3EventHandlerOptions, s3EventHandler } from "./s3-event-handler.ts";
export { type SqsBatchHandlerOptions, sqsBatchHandler } from "./sqs-batch-handler.ts";
export { type SweepHandlerOptions, sweepHandler } from "./sweep-handler.ts";
