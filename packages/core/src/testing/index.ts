export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
export {
  type FakeRetrieve,
  type FakeRetrieveDocument,
  type FakeRetrieveRequest,
  type FakeRetrieveResponse,
  fakeRetrieve,
} from "./fake-retrieve.ts";
export { type KnowledgeBaseContractSetup, knowledgeBaseContract } from "./knowledge-base-contract.ts";
export { memoryKnowledgeBase } from "./memory-knowledge-base.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
