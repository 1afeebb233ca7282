export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
export type { Fault } from "./fault.ts";
export { type FakeBedrock, type FakeBedrockOptions, type FakeRoute, startFakeBedrock } from "./fake-bedrock.ts";
export {
  answering,
  corrupting,
  delaying,
  type FakeAnswerOptions,
  type FakeBedrockReply,
  type FakeConverseBody,
  type FakeConverseRequest,
  failing,
  failingInStream,
  hanging,
  replying,
  resetting,
  truncating,
} from "./fake-bedrock-replies.ts";
export { type FakeRetrieve, type FakeRetrieveDocument, failingRetrieve, fakeRetrieve } from "./fake-retrieve.ts";
export { type KnowledgeBaseContractSetup, knowledgeBaseContract } from "./knowledge-base-contract.ts";
export {
  type FakeReply,
  type FakeRequest,
  type LoopbackServer,
  startLoopbackServer,
} from "./loopback-server.ts";
export { memoryKnowledgeBase } from "./memory-knowledge-base.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export { type ScriptedKnowledgeBase, scriptedKnowledgeBase } from "./scripted-knowledge-base.ts";
export { type RemoteScript, type ScriptedRemoteDetector, scriptedRemoteDetector } from "./scripted-remote-detector.ts";
export { type ScriptedVisionModel, scriptedVisionModel, type VisionScript } from "./scripted-vision-model.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
