import {
  type ArtGuardOptions,
  compareStability,
  createArtGuard,
  type Detection,
  type Detector,
  defaultPolicy,
  type Observation,
  stabilityReportSchema,
  type VerdictPolicy,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

const always = (llr: number) => ({
  detector_version: "1.0.0",
  knots: [
    [0, -llr / 10],
    [1, llr],
  ] as [number, number][],
  n_forged: 0,
  n_authentic: 0,
  sources: ["by rule"],
});
const policy: VerdictPolicy = {
  ...defaultPolicy,
  calibration: {
    ...defaultPolicy.calibration,
    detectors: { large: always(3), steady: always(3), slow: always(3) },
    families: { noise: 1, compression: 1, duplication: 1 },
  },
};

const finding = (code: string) =>
  ({ code, claim: code, direction: "forged", limitation: "none", overturned_by: "nothing" }) as const;
const found = (code: string, seen: boolean): Observation => ({
  applicable: true,
  statistic: seen ? 1 : 0,
  regions: [],
  findings: seen ? [finding(code)] : [],
});

/** Accuses every image of at least 100 × 80 pixels. */
const large: Detector = {
  id: "large",
  version: "1.0.0",
  family: "noise",
  detect: ({ raster }) => found("is-large", raster.width >= 100 && raster.height >= 80),
};
/** Accuses every image. */
const steady: Detector = {
  id: "steady",
  version: "1.0.0",
  family: "compression",
  detect: () => found("exists", true),
};
/** Takes half a second, and never ends on a JPEG file. */
const slow: Detector = {
  id: "slow",
  version: "1.0.0",
  family: "duplication",
  detect: async ({ info }) => {
    await new Promise((resolve) => setTimeout(resolve, info.format === "jpeg" ? 1e6 : 500).unref());
    return found("slow", false);
  },
};

async function setup(detectors: readonly Detector[], options: Partial<ArtGuardOptions> = {}) {
  const artguard = await createArtGuard({ detectors, policy, storage: "memory", isolation: "none", ...options });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  return artguard;
}

const picture = () => encoded(gradient(100, 80).png());
const exists = { detector: "steady", code: "exists" };
const isLarge = { detector: "large", code: "is-large" };

describe("probeStability", () => {
  it("tells which evidence died of what, and whether the verdict survives a messenger app", async () => {
    const artguard = await setup([large, steady]);
    const report = stabilityReportSchema.parse(await artguard.probeStability(await picture()));
    expect(report).toMatchObject({
      detectors: ["large", "steady"],
      not_probed: [],
      verdict: "LIKELY_FORGED",
      baseline: { verdict: "LIKELY_FORGED" },
      survives_messenger: false,
    });
    const outcomes = report.variants.map(({ id, status, comparison }) => [
      id,
      status,
      comparison?.verdict,
      comparison?.findings.died.map(({ code }) => code),
    ]);
    expect(outcomes).toEqual([
      ["messenger", "ok", "SUSPICIOUS", ["is-large"]],
      ["jpeg-75", "ok", "LIKELY_FORGED", []],
      ["resize-75", "ok", "SUSPICIOUS", ["is-large"]],
      ["crop-5", "ok", "SUSPICIOUS", ["is-large"]],
    ]);
    expect(report.variants[0]!.comparison!.families).toEqual({
      survived: ["compression"],
      died: ["noise"],
      unknown: [],
    });
    expect(report.summary).toMatch(/LIKELY_FORGED survive a messenger app: no\. large\/is-large died after resizing/);
  });

  it("sees the variants in child processes as well", async () => {
    const artguard = await setup([large, steady], { isolation: "process", concurrency: 1 });
    const { variants } = await artguard.probeStability(await picture());
    expect(variants.map(({ comparison }) => comparison?.findings.died.length)).toEqual([1, 0, 1, 1]);
  });

  it("leaves slow detectors out, and does not answer for a verdict that they carry", async () => {
    const artguard = await setup([large, steady, slow]);
    const bytes = await picture();
    expect((await artguard.probeStability(bytes, { budgetMs: 2000 })).not_probed).toEqual(["slow"]);
    const { survives_messenger, baseline, summary } = await artguard.probeStability(bytes, { detectors: ["large"] });
    expect([survives_messenger, baseline.verdict]).toEqual([null, "SUSPICIOUS"]);
    expect(summary).toContain("not asked: steady, slow");
  });

  it("is honest about what its budget did not reach", async () => {
    const artguard = await setup([steady, slow]);
    const report = await artguard.probeStability(await picture(), { detectors: ["steady", "slow"], budgetMs: 1500 });
    expect(report.survives_messenger).toBeNull();
    expect(report.variants[0]).toMatchObject({ status: "incomplete", comparison: { verdict_survives: null } });
    expect(report.variants[0]!.comparison!.findings.survived).toEqual([exists]);
    expect(report.summary).toContain("Not fully probed: messenger");
  });

  it("does not begin variants when no time is left", async () => {
    const artguard = await setup([steady]);
    const report = await artguard.probeStability(await picture(), { budgetMs: 0.5 });
    expect(report.variants.map(({ status }) => status)).toEqual(Array(4).fill("not_run"));
    expect(report.survives_messenger).toBeNull();
  });

  it("takes the detections of a finished analysis, and is part of one on demand", async () => {
    const artguard = await setup([large, steady]);
    const bytes = await picture();
    const analysis = await artguard.analyze(bytes, { stability: { detectors: ["steady"] } });
    expect(analysis.stability).toMatchObject({ detectors: ["steady"], not_probed: ["large"] });
    expect((await artguard.get(analysis.request_id)).stability).toEqual(analysis.stability);
    expect((await artguard.probeStability(bytes, { analysis })).survives_messenger).toBe(false);
    expect((await artguard.analyze(bytes)).stability).toBeUndefined();
  });

  it("survives an image of one pixel", async () => {
    const artguard = await setup([steady]);
    const { variants } = await artguard.probeStability(await encoded(gradient(1, 1).png()));
    expect(variants.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("refuses what it cannot work with, and stops when told", async () => {
    const artguard = await setup([steady]);
    const bytes = await picture();
    const invalid = { code: "analysis.invalid-input" };
    await expect(artguard.probeStability("x" as unknown as Uint8Array)).rejects.toMatchObject(invalid);
    await expect(artguard.probeStability(bytes, { detectors: ["magic"] })).rejects.toMatchObject(invalid);
    await expect(artguard.probeStability(bytes, { budgetMs: Number.NaN })).rejects.toMatchObject(invalid);
    const aborted = { code: "analysis.aborted" };
    await expect(artguard.probeStability(bytes, { signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
    await expect(artguard.probeStability(new TextEncoder().encode("<svg/>"))).rejects.toMatchObject({
      code: "image.unsupported-format",
    });
  });
});

describe("compareStability", () => {
  const detection = (id: string, family: Detection["family"], code: string, llr: number): Detection => ({
    id,
    family,
    version: "1.0.0",
    status: "ok",
    statistic: 1,
    log_likelihood_ratio: llr,
    score: 50,
    regions: [],
    findings: [finding(code)],
    elapsed_ms: 1,
  });
  const image = [detection("large", "noise", "is-large", 3), detection("steady", "compression", "exists", 3)];

  it("finds nothing changed between an image and itself", () => {
    expect(compareStability(image, image, policy)).toMatchObject({
      verdict_survives: true,
      findings: { survived: [isLarge, exists], died: [], unknown: [], appeared: [] },
      families: { survived: ["noise", "compression"], died: [], unknown: [] },
    });
  });

  it("says why evidence died", () => {
    const gone = { findings: [], log_likelihood_ratio: -0.1 };
    const causes = [
      { ...image[0]!, ...gone },
      { ...image[0]!, ...gone, status: "not_applicable" as const, reason: "Too small." },
      { ...image[0]!, log_likelihood_ratio: -0.1 },
    ].map((after) => compareStability(image, [after, image[1]!], policy).findings.died[0]?.because);
    expect(causes).toEqual(["large no longer sees it.", "Too small.", "large sees too little to have a say."]);
  });

  it("does not call evidence dead whose detector did not finish, nor judge the verdict without it", () => {
    const late = { ...image[0]!, status: "timed_out" as const, findings: [] };
    expect(compareStability(image, [late, image[1]!], policy)).toMatchObject({
      verdict_survives: null,
      findings: { survived: [exists], died: [], unknown: [isLarge] },
      families: { survived: ["compression"], unknown: ["noise"] },
    });
  });

  it("names evidence that only the variant gives", () => {
    expect(compareStability([image[1]!], image, policy).findings.appeared).toEqual([isLarge]);
  });
});
