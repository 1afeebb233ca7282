import {
  scriptedVisionModel,
  type VisionScript,
  type VisionSubject,
  visionModelContract,
} from "@artguard/core/testing";
import { describe, it } from "vitest";
import { visionRequest } from "../vision/vision-request.ts";

async function subject(script: VisionScript = {}): Promise<VisionSubject> {
  const model = scriptedVisionModel(script);
  return {
    model,
    calls: () => model.requests.length,
    // It does what its script says to every request.
    faults: () => (script.fault === undefined ? 0 : model.requests.length),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

visionModelContract({ describe, it }, "the scripted vision model", {
  request: async () => visionRequest(),
  create: () => subject(),
  createSilent: () => subject({ fault: { lateMs: 60_000 } }),
  faults: [
    { name: "throws", create: () => subject({ fault: "throws" }), becomes: "storage.throttled", calls: 1 },
    { name: "is slow", create: () => subject({ fault: { lateMs: 50 } }), becomes: "answer", calls: 1, listening: true },
  ],
});
