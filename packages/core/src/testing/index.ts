export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
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
export {
  type FakeReply,
  type FakeRequest,
  type LoopbackServer,
  startLoopbackServer,
} from "./loopback-server.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
export {
  type VisionFault,
  type VisionModelContractSetup,
  type VisionSubject,
  visionModelContract,
} from "./vision-model-contract.ts";
