// The bound on repetitive patterns must fail on a detector that takes repetitions for clones.
import type { Detector } from "@artguard/core";
import { copyMoveDetector } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { detect } from "../pictures.ts";
import { photographed, repetitiveScenes } from "./repetitive-patterns.ts";

const pictures = await Promise.all(Object.values(repetitiveScenes).map((scene) => photographed(scene, 192, 4)));

/** Share of the repetitive pictures that a detector accuses. */
async function accusedShare(detector: Detector): Promise<number> {
  let accused = 0;
  for (const image of pictures) {
    const result = await detect(detector, image);
    if (result.applicable && result.statistic >= 1) accused++;
  }
  return accused / pictures.length;
}

/** The detector without its judgement: whatever agrees with another place of the image counts as a clone. */
function credulous(): Detector {
  const detector = copyMoveDetector();
  return {
    ...detector,
    detect: async (image, options) => {
      const result = await detector.detect(image, options);
      const hasCandidates = result.applicable && Number(result.measurements?.["candidates"]) > 0;
      return hasCandidates ? { ...result, statistic: 2 } : result;
    },
  };
}

describe("“at most 2 % of repetitive pictures are accused”", () => {
  it("holds for the detector and fails for one that believes every repetition", async () => {
    expect(await accusedShare(copyMoveDetector())).toBeLessThanOrEqual(0.02);
    expect(await accusedShare(credulous())).toBeGreaterThan(0.5);
  }, 120_000);
});
