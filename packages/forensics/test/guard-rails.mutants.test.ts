// The check of typed outcomes must fail on a detector that breaks one of them.
import { type CompletedAnalysis, createArtGuard, type Detection } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { picture } from "./pictures.ts";
import { expectTypedOutcomes } from "./typed-outcomes.ts";

await using artguard = await createArtGuard({ detectors: forensicDetectors(), isolation: "none", deadlineMs: 50_000 });
const analysis = await artguard.analyze(await picture(320, 288, 7).greyscale().jpeg({ quality: 92 }).toBuffer());

/** The analysis with the first detection of a status changed. */
function mutant(status: Detection["status"], change: Partial<Detection>): CompletedAnalysis {
  const at = analysis.detections.findIndex((each) => each.status === status);
  expect(at).toBeGreaterThanOrEqual(0);
  return { ...analysis, detections: analysis.detections.with(at, { ...analysis.detections[at]!, ...change }) };
}

const outside = { x: 300, y: 0, width: 40, height: 8, confidence: 1 };

describe("the check of typed outcomes", () => {
  it("passes what is not broken", () => {
    expect(() => expectTypedOutcomes(analysis)).not.toThrow();
  });

  it.each<[string, () => CompletedAnalysis]>([
    ["measures no number", () => mutant("ok", { statistic: Number.NaN })],
    ["measures nothing", () => mutant("ok", { statistic: undefined })],
    ["draws beyond the image", () => mutant("ok", { regions: [outside] })],
    ["draws before the image", () => mutant("ok", { regions: [{ ...outside, x: -1 }] })],
    ["does not apply without a reason", () => mutant("not_applicable", { reason: "" })],
    ["fails", () => mutant("ok", { status: "failed" })],
    ["is lost", () => ({ ...analysis, detections: analysis.detections.slice(1) })],
  ])("fails on a detector that %s", (_, make) => {
    const broken = make();
    expect(() => expectTypedOutcomes(broken)).toThrow();
  });
});
