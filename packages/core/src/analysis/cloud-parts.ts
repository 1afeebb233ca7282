import type { RemoteDetector } from "../detection/remote-detector.ts";
import type { KnowledgeBase } from "../vision/knowledge-base.ts";
import type { VisionModel } from "../vision/vision-model.ts";

/** What takes part in an analysis beside the local detectors. */
export interface CloudParts {
  readonly remoteDetectors: readonly RemoteDetector[];
  readonly vision: VisionModel | undefined;
  readonly knowledge: KnowledgeBase | undefined;
}

/** Local detectors only. */
export const noCloudParts: CloudParts = { remoteDetectors: [], vision: undefined, knowledge: undefined };
