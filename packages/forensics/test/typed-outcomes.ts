import type { CompletedAnalysis } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { expect } from "vitest";

/** Every detector measured, or said in a sentence why it cannot; what it found lies inside the image. */
export function expectTypedOutcomes({ detections, width, height }: CompletedAnalysis): void {
  expect(detections.map(({ id }) => id)).toEqual(forensicDetectors().map(({ id }) => id));
  for (const { id, status, reason, error, statistic, regions, findings } of detections) {
    expect([id, status, error]).toEqual([id, expect.stringMatching(/^(?:ok|not_applicable)$/), undefined]);
    if (status === "ok") expect(Number.isFinite(statistic)).toBe(true);
    else expect(reason).toMatch(/^[A-Z].*\.$/);
    for (const region of [...regions, ...findings.flatMap(({ region }) => region ?? [])]) {
      expect(Math.min(region.x, region.y)).toBeGreaterThanOrEqual(0);
      expect(region.x + region.width).toBeLessThanOrEqual(width);
      expect(region.y + region.height).toBeLessThanOrEqual(height);
    }
  }
}
