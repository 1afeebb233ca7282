import { describe, expect, it } from "vitest";
import { randomSource } from "../../src/metrics/bootstrap.ts";
import {
  calibrationErrorByChance,
  equalMass,
  equalWidth,
  expectedCalibrationError,
  type Forecast,
  reliabilityBins,
} from "../../src/metrics/calibration-error.ts";

const of = (probability: number, forged: number, authentic: number): Forecast[] => [
  ...Array.from({ length: forged }, () => ({ probability, isForged: true })),
  ...Array.from({ length: authentic }, () => ({ probability, isForged: false })),
];

describe("expectedCalibrationError", () => {
  it.each([["equal width", equalWidth] as const, ["equal mass", equalMass] as const])(
    "is 0 when forecasts come true, whatever the size of the classes, in bins of %s",
    (_, binning) => {
      // 80 forged and 8 authentic in all: balanced, each bin holds as many of a class as its forecast says.
      expect(expectedCalibrationError([...of(0.75, 60, 2), ...of(0.25, 20, 6)], binning)).toBeCloseTo(0, 12);
    },
  );

  it("is the distance when all forecasts are wrong by the same", () => {
    const forecasts = [true, false].map((isForged) => ({ probability: 0.9, isForged }));
    expect(expectedCalibrationError(forecasts)).toBeCloseTo(0.4, 12);
  });
});

describe("bins of equal mass", () => {
  it("tell apart what bins of equal width take together", () => {
    // Between .4 and .5 the low forecasts are authentic and the high ones forged: together they look right.
    const crowded = [...of(0.41, 0, 50), ...of(0.49, 50, 0)];
    expect(reliabilityBins(crowded, equalWidth)).toHaveLength(1);
    expect(expectedCalibrationError(crowded, equalWidth)).toBeCloseTo(0.05, 12);
    expect(expectedCalibrationError(crowded, equalMass)).toBeCloseTo(0.46, 12);
  });

  it("keep equal forecasts together, in whatever order they come", () => {
    const forecasts = [...of(0.2, 10, 30), ...of(0.5, 10, 10)];
    expect(equalMass(forecasts).filter((bin) => bin.length > 0)).toHaveLength(2);
    expect(expectedCalibrationError(forecasts.toReversed(), equalMass)).toBeCloseTo(
      expectedCalibrationError(forecasts, equalMass),
      12,
    );
  });
});

describe("calibrationErrorByChance", () => {
  const random = randomSource(3);
  const forecasts = Array.from({ length: 400 }, (): Forecast => {
    const probability = random();
    return { probability, isForged: random() < probability };
  });

  it("is about the error of a judge that is right, and falls with the number of forecasts", () => {
    const floor = calibrationErrorByChance(forecasts);
    expect(expectedCalibrationError(forecasts)).toBeLessThan(2 * floor);
    const four = [...forecasts, ...forecasts, ...forecasts, ...forecasts];
    expect(calibrationErrorByChance(four) / floor).toBeGreaterThan(0.4);
    expect(calibrationErrorByChance(four) / floor).toBeLessThan(0.6);
  });

  it("does not look at the classes, so that a judge that is wrong exceeds it", () => {
    const wrong = forecasts.map(({ probability, isForged }) => ({ probability, isForged: !isForged }));
    expect(calibrationErrorByChance(wrong)).toBe(calibrationErrorByChance(forecasts));
    expect(expectedCalibrationError(wrong)).toBeGreaterThan(3 * calibrationErrorByChance(wrong));
  });
});
