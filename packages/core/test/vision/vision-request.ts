import type { Detection, PromptSecrets, VisionRequest } from "@artguard/core";
import { detection } from "../fixtures/detection.ts";

/** Secrets that a test can look for. */
export const secrets: PromptSecrets = {
  nonce: "0123456789abcdef0123456789abcdef",
  canary: "fedcba9876543210fedcba9876543210",
};

/** A finding of a detector that measures. */
export const doubled: Detection = detection("double-quantization", "compression", 1.2, {
  regions: [{ x: 200, y: 100, width: 80, height: 60, confidence: 0.9 }],
  findings: [
    {
      code: "region-lacks-first-compression",
      claim: "One region lacks an earlier compression.",
      direction: "forged",
      limitation: "A collage of one's own pictures looks the same.",
      overturned_by: "The camera's own file.",
      region: { x: 200, y: 100, width: 80, height: 60, confidence: 0.9 },
    },
  ],
});

/** A request of one detector, one crop and one passage; the copy is half as wide as the image. */
export function visionRequest(more: Partial<VisionRequest> = {}): VisionRequest {
  return {
    requestId: "an_1",
    language: "en",
    image: { bytes: new Uint8Array(), content_type: "image/jpeg", width: 400, height: 300, scale: 2 },
    crops: [{ id: "R1", bytes: new Uint8Array(), region: { x: 100, y: 50, width: 40, height: 30, confidence: 0.9 } }],
    evidence: [doubled],
    passages: [{ text: "What a second compression means.", source: "artguard:double-quantization" }],
    ...more,
  };
}

/** An answer of the agreed form. */
export function answer(more: object = {}) {
  return {
    sentences: [
      { text: "The marked face lacks an earlier compression.", cites: ["double-quantization", "R1"] },
      { text: "A collage looks the same.", cites: ["K1"] },
    ],
    findings: [{ claim: "The edge is sharp.", direction: "forged", limitation: "It may be the focus.", cites: ["R1"] }],
    likelihood: 0.7,
    instruction: "",
    ...more,
  };
}
