import type { Detection, EvidenceFamily } from "@artguard/core";
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

/** `sharp` tells the classes apart everywhere; `fickle` is right in two sources and turned around in the third. */
function images(): Observed[] {
  const random = randomSource(5);
  return ["casia1", "comofod", "cameras"].flatMap((set, s) =>
    Array.from({ length: 120 }, (_, i): Observed => {
      const isForged = i % 2 === 0;
      const polarity = isForged === s < 2 ? 1 : 0;
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
          detection("fickle", "noise", random() + polarity),
        ],
        features: [0, random()],
        mask: undefined,
      };
    }),
  );
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
    const { families, detectors: tables } = fitCalibration(ignorant, detectors, "test");
    const say = Math.max(
      0,
      ...(tables["fickle"]?.knots ?? []).map(([, ratio]) => families["noise"]! * Math.abs(ratio)),
    );
    expect(say).toBeLessThan(0.4);
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
