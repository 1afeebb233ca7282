import { type RemoteStory, remoteDetectorContract, scriptedRemoteDetector } from "@artguard/core/testing";
import { describe, it } from "vitest";
import { image } from "../modal/modal-subject.ts";

const findings = [{ code: "scripted", claim: "Scripted.", direction: "neutral" as const, limitation: "Scripted." }];
const scripts: Partial<Record<RemoteStory, Parameters<typeof scriptedRemoteDetector>[0]>> = {
  answers: { answer: { findings } },
  "cold-start": { answer: { findings }, fault: { lateMs: 50 } },
  "not-applicable": { answer: { status: "not_applicable", reason: "Scripted." } },
};

remoteDetectorContract({ describe, it }, "the scripted remote detector", {
  stories: ["answers", "cold-start", "not-applicable"],
  image,
  secrets: [],
  async create(story) {
    const detector = scriptedRemoteDetector(scripts[story]);
    return {
      detector,
      reached: () => Promise.resolve(),
      sightings: async () => ({ runs: detector.asked.length, keys: detector.asked.map((one) => one.idempotencyKey) }),
      async [Symbol.asyncDispose]() {},
    };
  },
});
