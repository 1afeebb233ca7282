export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export { type ContractItem, type TableContractSetup, tableContract } from "./table-contract.ts";
export type { TestRunner } from "./test-runner.ts";
