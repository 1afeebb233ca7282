import type { Calibration, Detection, EvidenceFamily } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { fitCalibration } from "../../src/calibration/fit-calibration.ts";
import { judgeLeftOut, LeftOutCalibrations } from "../../src/judged.ts";
import { auc } from "../../src/metrics/auc.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";
import type { Observed } from "../../src/observe.ts";
import { sourceOf } from "../../src/sources.ts";

const detectors = [
  { id: "sharp", version: "1.0.0", family: "compression" },
  { id: "fickle", version: "1.0.0", family: "noise" },
] as const satisfies readonly { id: string; version: string; family: EvidenceFamily }[];

function detection(id: string, family: EvidenceFamily, statistic: number): Detection {
  return {
    id,
    family,
    version: "1.0.0",
    status: "ok",
    statistic,
    score: null,
    regions: [],
    findings: [],
    elapsed_ms: 1,
  };
}

const sets = ["casia1", "comofod", "cameras"] as const;

/** Statistics of `fickle`; `noise` is from 0 to 1. */
type Fickle = (isForged: boolean, set: (typeof sets)[number], noise: number) => number;
/** Right in two sources and turned around in the third. */
const turning: Fickle = (isForged, set, noise) => noise + ((set === "cameras") === isForged ? 0 : 1);

/** `sharp` tells the classes apart everywhere; `fickle` as told. */
function images(fickle = turning): Observed[] {
  const random = randomSource(5);
  return sets.flatMap((set) =>
    Array.from({ length: 120 }, (_, i): Observed => {
      const isForged = i % 2 === 0;
      return {
        path: `${set}/${i}`,
        variant: "as-is",
        set,
        task: "manipulation",
        group: `${set}/${i >> 1}`,
        isForged,
        digest: `${set}${i}`,
        info: {
          format: "png",
          content_type: "image/png",
          width: 8,
          height: 8,
          frames: 1,
          orientation: 1,
          has_alpha: false,
          has_exif: false,
          has_icc: false,
          metadata_bytes: 0,
          size_bytes: 64,
          sha256: "",
        } as unknown as Observed["info"],
        detections: [
          detection("sharp", "compression", random() + (isForged ? 0.6 : 0)),
          detection("fickle", "noise", fickle(isForged, set, random())),
        ],
        features: [0, random()],
        mask: undefined,
      };
    }),
  );
}

function strongest(table: Calibration["detectors"][string] | undefined): number {
  return Math.max(...table!.knots.map(([, ratio]) => Math.abs(ratio)));
}

describe("fitCalibration", () => {
  const examples = images();
  const calibration = fitCalibration(examples, detectors, "test");

  it("gives a detector that tells the classes apart a say, and one that knows nothing none to speak of", () => {
    expect(calibration.families["compression"]).toBeGreaterThan(0);
    const ignorant = images().map((image, i) => ({
      ...image,
      detections: [image.detections[0]!, detection("fickle", "noise", ((i * 7919) % 101) / 101)],
    }));
    const { detectors: tables } = fitCalibration(ignorant, detectors, "test");
    expect(strongest(tables["fickle"])).toBeLessThan(0.4);
  });

  it("trusts a detector fully that holds in every source left out", () => {
    expect(calibration.detectors["sharp"]).toMatchObject({ trust: 1 });
  });

  it.each<[string, Fickle]>([
    ["is turned around in a source", turning],
    ["tells sources apart, not classes", (_, set, noise) => noise + sets.indexOf(set)],
  ])("gives a detector no say to speak of that %s", (_, fickle) => {
    const { detectors: tables } = fitCalibration(images(fickle), detectors, "test");
    expect(tables["fickle"]!.trust).toBeLessThan(0.3);
    expect(strongest(tables["fickle"])).toBeLessThan(0.4);
  });

  it("would trust the same detector if its pictures did not tell where they come from", () => {
    const oneSource = images(turning).map((image, i) => ({ ...image, set: sets[i % sets.length]! }));
    expect(fitCalibration(oneSource, detectors, "test").detectors["fickle"]!.trust).toBeGreaterThan(0.5);
  });

  it("measures what was learned from made forgeries on those of others alone", () => {
    const isMade = ({ group }: Observed) => Number(group.split("/")[1]) % 4 !== 0;
    const home = images().map((image, i) => {
      const statistic = ((i * 7919) % 101) / 101 + (image.isForged && isMade(image) ? 1 : 0);
      const detections = [image.detections[0]!, detection("fickle", "learned", statistic)];
      return { ...image, detections, ...(isMade(image) && { isMade: true as const }) };
    });
    const tableOf = (family: EvidenceFamily) => {
      const fitted = detectors.map((each) => (each.id === "fickle" ? { ...each, family } : each));
      return fitCalibration(home, fitted, "test").detectors["fickle"];
    };
    const forged = home.filter(({ isForged }) => isForged);
    expect(tableOf("learned")?.n_forged).toBe(forged.filter((image) => !isMade(image)).length);
    expect(tableOf("noise")?.n_forged).toBe(forged.length);
    expect(strongest(tableOf("learned"))).toBeLessThan(strongest(tableOf("noise")));
  });

  it("leaves a detector its say that one source confirms and none refutes", () => {
    const alone: Fickle = (isForged, set, noise) => (isForged && set === "casia1" && noise > 0.9 ? 1 : 0);
    const { detectors: tables } = fitCalibration(images(alone), detectors, "test");
    expect(tables["fickle"]!.trust).toBe(1);
    expect(strongest(tables["fickle"])).toBeGreaterThan(1);
  });

  it("gives ratios that rise with the statistic and a confidence interval that holds even odds in the middle", () => {
    const ratios = calibration.detectors["sharp"]!.knots.map(([, ratio]) => ratio);
    expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
    expect(ratios[0]).toBeLessThan(-1);
    expect(ratios.at(-1)).toBeGreaterThan(1);
    for (const [, low, high] of calibration.confidence) expect(low).toBeLessThanOrEqual(high);
  });

  it("is the same for the same images", () => {
    expect(fitCalibration(images(), detectors, "test")).toEqual(calibration);
  });
});

describe("judgeLeftOut", () => {
  it("judges an image by tables that know nothing of its source", () => {
    const examples = images();
    const ports = detectors.map((detector) => ({
      ...detector,
      detect: () => ({ applicable: false as const, reason: "" }),
    }));
    const judged = judgeLeftOut(examples, new LeftOutCalibrations(examples, ports));
    for (const image of judged) {
      expect(image.policy.calibration.produced["sources"]).not.toContain(sourceOf(image));
      expect(image.policy.calibration.version).toBe(`without ${sourceOf(image)}`);
    }
    const casia = judged.filter(({ set }) => set === "casia1");
    expect(auc(casia.map(({ scores, isForged }) => ({ score: scores["fused"]!, isForged })))).toBeGreaterThan(0.8);
  });
});
