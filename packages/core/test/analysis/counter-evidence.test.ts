import {
  counterEvidence,
  type Detection,
  defaultPolicy,
  fuse,
  type VerdictPolicy,
  weighFindings,
} from "@artguard/core";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";

/** Without two ways to forge, so that what a detector says is its weight. */
const { alternatives: _alternatives, ...added } = defaultPolicy;
const policy: VerdictPolicy = {
  ...added,
  calibration: { ...defaultPolicy.calibration, families: { noise: 1, compression: 1, provenance: 1 } },
};

const signature = {
  code: "signed",
  claim: "A trusted camera signed it.",
  direction: "authentic",
  limitation: "Scenes can be staged.",
  overturned_by: "A stolen key.",
} as const;

const judged = (...detections: Detection[]) => {
  const assessment = fuse(detections, policy);
  const findings = weighFindings(detections, assessment.contributions);
  return { assessment, findings, against: counterEvidence(detections, findings, assessment.contributions) };
};

describe("counterEvidence", () => {
  it("lists findings that speak against forgery and detectors that found nothing, strongest first", () => {
    const { against } = judged(
      detection("grid", "noise", -Math.LN2),
      detection("provenance", "provenance", -1.5, { findings: [signature] }),
      detection("ghost", "compression", 3),
    );
    expect(against).toEqual([
      {
        detector: "provenance",
        code: "signed",
        claim: signature.claim,
        weight: -1.5,
        limitation: signature.limitation,
        overturned_by: signature.overturned_by,
      },
      {
        detector: "grid",
        claim: expect.stringMatching(/^grid could judge .* no sign .* 2\.0 times as common among untouched/),
        weight: -Math.LN2,
        limitation: expect.any(String),
      },
    ]);
  });

  it("keeps what a stronger relative outvoted, without weight", () => {
    const { against } = judged(detection("a", "noise", 2), detection("b", "noise", -1));
    expect(against).toMatchObject([{ detector: "b", weight: 0 }]);
  });

  it("hears nobody who could not judge, is for display, or has no opinion worth a word", () => {
    const { against } = judged(
      detection("a", "noise", -1, { status: "not_applicable" }),
      detection("b", "display", -1),
      detection("c", "compression", 0),
      detection("d", "provenance", -0.04),
    );
    expect(against).toEqual([]);
    expect(judged(detection("d", "provenance", -0.06)).against).toHaveLength(1);
  });
});
