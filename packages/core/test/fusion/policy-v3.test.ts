import {
  calibrateDetection,
  type Detection,
  type EvidenceFamily,
  fuse,
  fuseHeatmaps,
  policyOf,
  rescore,
  type VerdictPolicy,
} from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";

const v3 = policyOf("v3");
/** Policy v3 with local families that have full weight, whatever they were last fitted to. */
const policy: VerdictPolicy = {
  ...v3,
  calibration: { ...v3.calibration, families: { provenance: 1, compression: 1, noise: 1, duplication: 1 } },
};
/** What 0.4 log-odds are in points of score where they move it most. */
const capInPoints = 100 * Math.tanh(0.4 / 4);

/** A model's own probability of forgery; null when it failed. */
const model = (family: "vision" | "remote-model", probability: number | null): Detection => {
  const id = family === "vision" ? "bedrock" : "modal";
  if (probability === null) return detection(id, family, 0, { status: "failed", score: null });
  const { log_likelihood_ratio: _, ...raw } = detection(id, family, 0, { statistic: probability });
  return calibrateDetection(raw, policy.calibration, policy.bounded);
};
const local = (...llrs: number[]) =>
  (["compression", "noise", "duplication"] as const).map((family, i) => detection(family, family, llrs[i] ?? 0));
const judged = (detections: readonly Detection[], under = policy) => {
  const { verdict, reasons } = fuse(detections, under);
  return [verdict, reasons];
};

describe("policy v3, truth table", () => {
  it.each<[string, Detection[], string, string[]]>([
    ["no evidence, and a model that is sure of forgery", [...local(), model("vision", 1)], "AUTHENTIC", []],
    ["a score just under 40, and a model that is sure", [...local(0.9), model("vision", 1)], "SUSPICIOUS", []],
    [
      "a score just over 40, and a model that is sure of the contrary",
      [...local(1.1), model("vision", 0)],
      "SUSPICIOUS",
      ["vision_bounded"],
    ],
    [
      "a score just under 70, and a model without an opinion",
      [...local(1.1, 1.1), model("vision", 0.5)],
      "SUSPICIOUS",
      [],
    ],
    [
      "the same, and a model that is sure of forgery",
      [...local(1.1, 1.1), model("vision", 1)],
      "SUSPICIOUS",
      ["vision_bounded"],
    ],
    [
      "a score just over 70, and a model that is sure of the contrary",
      [...local(1.2, 1.2), model("vision", 0)],
      "SUSPICIOUS",
      [],
    ],
    [
      "a conflict that the model would end in favour of the picture",
      [...local(-3, 1.05), model("vision", 0)],
      "SUSPICIOUS",
      ["vision_bounded", "conflicting_evidence"],
    ],
    [
      "a conflict that the model would end to its disadvantage",
      [...local(2.5, 2, -1.6), model("vision", 1)],
      "SUSPICIOUS",
      ["vision_bounded", "conflicting_evidence"],
    ],
    [
      "one strong family, and a model that agrees: it is no second one",
      [...local(3), model("vision", 1)],
      "SUSPICIOUS",
      ["single_family"],
    ],
    ["two families and a model that objects", [...local(3, 2), model("vision", 0)], "LIKELY_FORGED", []],
    ["a model that failed: no gap", [...local(), model("vision", null)], "AUTHENTIC", []],
    [
      "a model alone, with nothing measured",
      [model("vision", 1), model("remote-model", 1)],
      "SUSPICIOUS",
      ["insufficient_evidence"],
    ],
    [
      "one strong family and a remote model that agrees: it is a second one",
      [...local(3), model("remote-model", 1)],
      "LIKELY_FORGED",
      [],
    ],
    [
      "no local evidence, and both models sure of forgery",
      [...local(), model("remote-model", 1), model("vision", 1)],
      "SUSPICIOUS",
      [],
    ],
    [
      "a remote model that failed: a gap, and the rest stands",
      [...local(), model("remote-model", null)],
      "AUTHENTIC",
      ["detectors_incomplete"],
    ],
  ])("%s", (_, detections, verdict, reasons) => {
    expect(judged(detections)).toEqual([verdict, reasons]);
  });

  it("lets advice settle nothing, whatever the bound", () => {
    const loud = { ...policy, bounded: { vision: { maximum_log_odds: 4, advisory: true } } } as const;
    const shouted = { ...model("vision", 1), log_likelihood_ratio: 4 };
    const supported = local(0.5, 0.5, -0.1);
    expect(judged(supported, loud)).toEqual(["AUTHENTIC", []]);
    expect(judged([...supported, shouted], loud)).toEqual(["SUSPICIOUS", ["vision_bounded"]]);
  });

  it("takes no finding of a bounded family for decisive", () => {
    for (const family of ["vision", "remote-model"] as const)
      expect(fuse([...local(), { ...model(family, 0.5), decisive: "x" }], policy)).toMatchObject({
        verdict: "AUTHENTIC",
        reasons: [],
      });
  });
});

describe("policy v3, bounded opinions", () => {
  it.each([
    [0, -0.4],
    [0.45, Math.log(0.45 / 0.55)],
    [0.5, 0],
    [0.99, 0.4],
    [1, 0.4],
    [Number.NaN, 0],
    [1.5, 0],
    [-0.1, 0],
  ])("reads a vision model's %d as log-odds of %d", (statistic, llr) => {
    expect(model("vision", statistic).log_likelihood_ratio).toBeCloseTo(llr, 12);
  });

  it("keeps a whole family within its bound, also with relatives and a calibration of one's own", () => {
    const known = {
      detector_version: "1.0.0",
      knots: [[0, 3]] as [number, number][],
      n_forged: 9,
      n_authentic: 9,
      sources: [],
    };
    const calibration = { ...policy.calibration, detectors: { modal: known } };
    const calibrated = calibrateDetection(model("remote-model", 0.5), calibration, policy.bounded);
    expect(calibrated.log_likelihood_ratio).toBe(3);
    const relative = { ...model("remote-model", 0.9), id: "other" };
    const [contribution] = fuse([calibrated, relative], policy).contributions;
    expect(contribution).toMatchObject({ family: "remote-model", log_odds: 1 });
    const shares = contribution!.detectors!.reduce((sum, { log_odds }) => sum + log_odds, 0);
    expect(shares).toBeCloseTo(1, 12);
  });

  it("counts no bounded family in the coverage, whether it judged or failed", () => {
    const [first] = local(1);
    const partly = [first!, detection("noise", "noise", 0, { status: "not_applicable" })];
    expect(fuse(partly, policy).coverage).toBe(0.5);
    for (const answer of [0.5, null])
      expect(fuse([...partly, model("vision", answer), model("remote-model", answer)], policy).coverage).toBe(0.5);
  });

  it("lets advice mark no place, and a remote model's map within its bound", () => {
    const map = { width: 1, height: 1, scale: 64, data: Float32Array.of(1) };
    const size = { width: 64, height: 64 };
    const highest = (family: "vision" | "remote-model") =>
      Math.max(...fuseHeatmaps([{ ...model(family, 1), heatmap: map }, ...local()], size, policy)!.data);
    expect(highest("vision")).toBeLessThan(0.5);
    expect(highest("remote-model")).toBeGreaterThan(0.5);
  });

  it("replays a stored answer from its statistic", () => {
    const stored = [...local(1.1), { ...model("vision", 0), log_likelihood_ratio: -3 }];
    const bedrock = rescore({ detections: stored }, policy).contributions.find(({ family }) => family === "vision");
    expect(bedrock?.log_odds).toBe(-0.4);
  });
});

/** Half of them where few of them together come near a threshold. */
const llr = fc.oneof(fc.double({ min: -4, max: 4, noNaN: true }), fc.double({ min: 0.6, max: 1.4, noNaN: true }));
const anyLocal = fc.array(
  fc
    .record({
      family: fc.constantFrom<EvidenceFamily>("compression", "noise", "duplication", "provenance", "remote-model"),
      opinion: llr,
      status: fc.constantFrom<Detection["status"]>("ok", "ok", "ok", "not_applicable", "failed", "timed_out"),
      decides: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    .map(({ family, opinion, status, decides }) =>
      detection(family, family, opinion, { status, ...(decides && { decisive: "x" }) }),
    ),
  { maxLength: 8 },
);
/** What a vision model may answer, also when the picture talked it into something; null: it failed. */
const anyAnswer = fc.option(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)));

interface Harm {
  readonly cleared: number;
  readonly condemned: number;
  readonly shift: number;
  readonly gaps: number;
}

/** The worst that a vision model does to verdicts over many sets of evidence. */
function worstHarm(under: VerdictPolicy): Harm {
  let [cleared, condemned, shift, gaps] = [0, 0, 0, 0];
  for (const [evidence, answer] of fc.sample(fc.tuple(anyLocal, anyAnswer), { numRuns: 4000, seed: 6 })) {
    const before = fuse(evidence, under);
    const seen = model("vision", answer);
    const advice =
      answer === null ? seen : calibrateDetection({ ...seen, statistic: answer }, under.calibration, under.bounded);
    const after = fuse([...evidence, { ...advice, decisive: "x" }], under);
    if (before.verdict !== "AUTHENTIC" && after.verdict === "AUTHENTIC") cleared++;
    if (before.verdict !== "LIKELY_FORGED" && after.verdict === "LIKELY_FORGED") condemned++;
    shift = Math.max(shift, Math.abs(after.forgery_score - before.forgery_score));
    const [told, toldBefore] = [after, before].map(({ reasons }) => reasons.includes("detectors_incomplete"));
    if (after.coverage !== before.coverage || told !== toldBefore) gaps++;
  }
  return { cleared, condemned, shift, gaps };
}

describe("policy v3, any evidence and any answer of a vision model", () => {
  it.each<[string, VerdictPolicy]>([
    ["v3", policy],
    ["v4", { ...policyOf("v4"), calibration: policy.calibration }],
  ])(
    "under %s flips nothing to AUTHENTIC, condemns nothing, shifts the score by at most the cap, and leaves no gap",
    (_, under) => {
      const { shift, ...harm } = worstHarm(under);
      expect(harm).toEqual({ cleared: 0, condemned: 0, gaps: 0 });
      expect(shift).toBeLessThanOrEqual(capInPoints + 1e-9);
      expect(capInPoints).toBeLessThan(10);
      // The search reaches answers that move the score.
      expect(shift).toBeGreaterThan(8);
    },
  );

  it.each<[string, VerdictPolicy["bounded"], (harm: Harm) => boolean]>([
    [
      "a family that is bounded but more than advice",
      { vision: { maximum_log_odds: 0.4 } },
      ({ cleared, condemned }) => cleared > 0 && condemned > 0,
    ],
    ["a bound of 4", { vision: { maximum_log_odds: 4, advisory: true } }, ({ shift }) => shift > capInPoints],
    ["no bounds", { vision: { maximum_log_odds: 4 } }, ({ cleared, condemned }) => cleared > 0 && condemned > 0],
    ["nothing said of vision", {}, ({ gaps }) => gaps > 0],
  ])("would fail with %s", (_, bounded, fails) => {
    expect(fails(worstHarm({ ...policy, bounded: { "remote-model": { maximum_log_odds: 1 }, ...bounded } }))).toBe(
      true,
    );
  });
});

describe("earlier policies", () => {
  it.each(["v1", "v2"])("%s gives models no say, as before", (version) => {
    const earlier = policyOf(version);
    expect(earlier.bounded).toBeUndefined();
    const detections = [...local(2, 1), detection("bedrock", "vision", 0, { statistic: 1 })];
    const { contributions, coverage } = rescore({ detections }, earlier);
    expect(contributions.find(({ family }) => family === "vision")?.log_odds).toBe(0);
    expect(coverage).toBe(1);
  });

  it("v3 judges local evidence as v2 does, by the same calibration", () => {
    expect(v3.calibration).toBe(policyOf("v2").calibration);
    fc.assert(
      fc.property(anyLocal, (evidence) => {
        const local = evidence.filter(({ family }) => family !== "remote-model");
        const { policy_version: _, ...given } = fuse(local, v3);
        const { policy_version: __, ...before } = fuse(local, policyOf("v2"));
        expect(given).toEqual(before);
      }),
    );
  });
});
