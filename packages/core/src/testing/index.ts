export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
export type { Fault } from "./fault.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export { type ScriptedKnowledgeBase, scriptedKnowledgeBase } from "./scripted-knowledge-base.ts";
export { type RemoteScript, type ScriptedRemoteDetector, scriptedRemoteDetector } from "./scripted-remote-detector.ts";
export { type ScriptedVisionModel, scriptedVisionModel, type VisionScript } from "./scripted-vision-model.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
