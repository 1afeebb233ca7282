/**
 * `VisionModel` and `KnowledgeBase` on Amazon Bedrock. Needs the `@aws-sdk/client-bedrock-*` packages.
 *
 * @module @artguard/core/bedrock
 */
export { type BedrockKnowledgeBaseOptions, bedrockKnowledgeBase } from "./bedrock-knowledge-base.ts";
export { BedrockVisionModel, bedrock, type ProbeResult } from "./bedrock-vision-model.ts";
export { type BedrockCheckOptions, checkBedrock } from "./check-bedrock.ts";
export type { NativePath } from "./converse-request.ts";
export type { BedrockEstimate } from "./estimate.ts";
export { type BedrockException, bedrockExceptions, messageRules, type Retry } from "./exceptions.ts";
export type { ModelCapabilities, ModelPrice, PictureTier } from "./model-capabilities.ts";
export type { BedrockOptions } from "./options.ts";
export { isResidency, type Residency, residencies } from "./residency.ts";
export type { BedrockBudget } from "./spending.ts";
export { type IngestionOptions, startIngestion } from "./start-ingestion.ts";
export { stopReasons } from "./stop-reasons.ts";
export { type StructuredMode, structuredModes } from "./structured-output.ts";
