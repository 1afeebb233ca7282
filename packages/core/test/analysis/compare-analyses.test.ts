import {
  type Analysis,
  analysisSchema,
  type CompletedAnalysis,
  compareAnalyses,
  type Detection,
  defaultPolicy,
  fuse,
  type VerdictPolicy,
  weighFindings,
} from "@artguard/core";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";

const policy: VerdictPolicy = {
  ...defaultPolicy,
  calibration: { ...defaultPolicy.calibration, families: { noise: 1, compression: 1, provenance: 1 } },
};

const finding = (code: string) =>
  ({ code, claim: `It is ${code}.`, direction: "forged", limitation: "none", overturned_by: "nothing" }) as const;
const seen = (id: string, llr: number, ...codes: string[]) =>
  detection(id, "noise", llr, { findings: codes.map(finding) });

/** A finished analysis of these detections. */
function analysisOf(detections: Detection[], more: Partial<Analysis> = {}): CompletedAnalysis {
  const assessment = fuse(detections, policy);
  const analysis = {
    ...{ request_id: "r1", created_at: 1_700_000_000_000, timestamp_iso: "2023-11-14T22:13:20.000Z" },
    ...{ status: "COMPLETED" as const, filename: "a.jpg", content_type: "image/jpeg", size_bytes: 10 },
    ...{ sha256: "ab", width: 10, height: 10, ai_analysis: "", model: "local" as const },
    ...{ regions: [], engine_versions: {}, elapsed_ms: 1, cost_usd: 0, ...assessment },
    detections,
    findings: weighFindings(detections, assessment.contributions),
    ...more,
  };
  return analysisSchema.parse(analysis) as CompletedAnalysis;
}

describe("compareAnalyses", () => {
  it("finds nothing between an analysis and itself", () => {
    const analysis = analysisOf([seen("grid", 2, "off-grid"), detection("ghost", "compression", -1)]);
    const comparison = compareAnalyses(analysis, analysis);
    expect(comparison).toMatchObject({
      same_image: true,
      assessment: { verdict: null, score_difference: 0, policy: null, families: [] },
      findings: { appeared: [], disappeared: [], reweighed: [] },
      detectors: [],
    });
    expect(comparison.from).toEqual(comparison.to);
    expect(comparison.from).toMatchObject({ version_number: 1, analyzed_at: "2023-11-14T22:13:20.000Z" });
  });

  it("names findings that came and went, other weights, and what each detector says differently", () => {
    const before = analysisOf([seen("grid", 2, "off-grid", "seam"), detection("ghost", "compression", -1)]);
    const after = analysisOf(
      [
        seen("grid", 3, "off-grid", "halo"),
        detection("ghost", "compression", -1, { status: "timed_out", score: null }),
        detection("signature", "provenance", 1),
      ],
      { policy_version: "later", analyzed_at: 1_700_000_100_000 as never, version_number: 2, sha256: "cd" },
    );
    const comparison = compareAnalyses(before, after);
    expect(comparison.findings.appeared.map(({ code }) => code)).toEqual(["halo"]);
    expect(comparison.findings.disappeared.map(({ code }) => code)).toEqual(["seam"]);
    expect(comparison.findings.reweighed).toMatchObject([{ detector: "grid", code: "off-grid" }]);
    expect(comparison.findings.reweighed[0]!.to).toBeGreaterThan(comparison.findings.reweighed[0]!.from);
    expect(comparison.detectors).toEqual([
      {
        detector: "ghost",
        from: { version: "1.0.0", status: "ok", score: 50 },
        to: { version: "1.0.0", status: "timed_out", score: null },
      },
      { detector: "signature", from: null, to: { version: "1.0.0", status: "ok", score: 50 } },
    ]);
    expect(comparison.same_image).toBe(false);
    expect(comparison.assessment.policy).toEqual({ from: before.policy_version, to: "later" });
    expect(comparison.assessment.score_difference).toBeGreaterThan(0);
    expect(comparison.to).toMatchObject({ version_number: 2, analyzed_at: "2023-11-14T22:15:00.000Z" });
  });

  it("turns round when the sides change", () => {
    const [before, after] = [analysisOf([seen("grid", 2, "seam")]), analysisOf([seen("grid", 2, "seam", "halo")])];
    const [there, back] = [compareAnalyses(before, after), compareAnalyses(after, before)];
    expect(there.findings.appeared).toHaveLength(1);
    expect(back.findings.disappeared).toEqual(there.findings.appeared);
    expect(back.findings.appeared).toEqual([]);
  });

  it("tells two findings of one name from one, and a twin that went from the other that stayed", () => {
    const two = analysisOf([seen("clone", 3, "copied", "copied")]);
    const one = analysisOf([seen("clone", 3, "copied")]);
    expect(compareAnalyses(two, one).findings.disappeared).toHaveLength(1);
    expect(compareAnalyses(one, two).findings.appeared).toHaveLength(1);
    expect(compareAnalyses(two, two).findings.appeared).toEqual([]);
  });

  it("refuses an analysis without a result", () => {
    const analysis = analysisOf([seen("grid", 2, "seam")]);
    const pending = analysisSchema.parse({ ...analysis, status: "PENDING" });
    expect(() => compareAnalyses(analysis, pending)).toThrow(
      expect.objectContaining({ code: "analysis.not-completed" }),
    );
    expect(() => compareAnalyses(pending, analysis)).toThrow(
      expect.objectContaining({ code: "analysis.not-completed" }),
    );
  });
});
