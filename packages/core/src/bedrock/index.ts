export { type BedrockKnowledgeBaseOptions, bedrockKnowledgeBase } from "./bedrock-knowledge-base.ts";
