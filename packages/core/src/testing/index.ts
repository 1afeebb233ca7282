export { type ExaminerContractSetup, eventsOf, examinerContract, statusesOf } from "./examiner-contract.ts";
export { type FakeModal, type FakeModalOptions, type FakeModalRequest, startFakeModal } from "./fake-modal.ts";
export type { FakeModalStep } from "./fake-modal-step.ts";
export { modalScripts, storyImageSize } from "./modal-scripts.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export {
  type RemoteDetectorContractSetup,
  type RemoteSightings,
  type RemoteSubject,
  remoteDetectorContract,
} from "./remote-detector-contract.ts";
export { type RemoteEnding, type RemoteStory, remoteStories } from "./remote-stories.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
