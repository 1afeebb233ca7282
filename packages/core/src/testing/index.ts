/**
 * Contract suites for ports of your own, and fakes that fail as they are told.
 *
 * @module @artguard/core/testing
 */
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
export { type FakeModal, type FakeModalOptions, type FakeModalRequest, startFakeModal } from "./fake-modal.ts";
export type { FakeModalStep } from "./fake-modal-step.ts";
export { type FakeRetrieve, type FakeRetrieveDocument, failingRetrieve, fakeRetrieve } from "./fake-retrieve.ts";
export type { Fault } from "./fault.ts";
export { type KnowledgeBaseContractSetup, knowledgeBaseContract } from "./knowledge-base-contract.ts";
export {
  type FakeReply,
  type FakeRequest,
  type LoopbackServer,
  startLoopbackServer,
} from "./loopback-server.ts";
export { memoryKnowledgeBase } from "./memory-knowledge-base.ts";
export { MemoryWorkAnnouncements } from "./memory-work-announcements.ts";
export { modalScripts, storyImageSize } from "./modal-scripts.ts";
export { type ObjectStoreContractSetup, objectStoreContract } from "./object-store-contract.ts";
export {
  type RemoteDetectorContractSetup,
  type RemoteSightings,
  type RemoteSubject,
  remoteDetectorContract,
} from "./remote-detector-contract.ts";
export { type RemoteEnding, type RemoteStory, remoteStories } from "./remote-stories.ts";
export { type ScriptedKnowledgeBase, scriptedKnowledgeBase } from "./scripted-knowledge-base.ts";
export { type RemoteScript, type ScriptedRemoteDetector, scriptedRemoteDetector } from "./scripted-remote-detector.ts";
export { type ScriptedVisionModel, scriptedVisionModel, type VisionScript } from "./scripted-vision-model.ts";
export type { TableStoreContractSetup } from "./table-contract/contract-tables.ts";
export { tableStoreContract } from "./table-contract/table-store-contract.ts";
export type { TestRunner } from "./test-runner.ts";
export {
  type VisionFault,
  type VisionModelContractSetup,
  type VisionSubject,
  visionModelContract,
} from "./vision-model-contract.ts";
export { type WorkAnnouncementsContractSetup, workAnnouncementsContract } from "./work-announcements-contract.ts";
