import { describe, expect, it } from "vitest";
import { expectedCalibrationError } from "../../src/metrics/calibration-error.ts";

describe("expectedCalibrationError", () => {
  it("is 0 when forecasts come true, whatever the size of the classes", () => {
    const of = (probability: number, forged: number, authentic: number) => [
      ...Array.from({ length: forged }, () => ({ probability, isForged: true })),
      ...Array.from({ length: authentic }, () => ({ probability, isForged: false })),
    ];
    // 80 forged and 8 authentic in all: balanced, each bin holds as many of a class as its forecast says.
    expect(expectedCalibrationError([...of(0.75, 60, 2), ...of(0.25, 20, 6)])).toBeCloseTo(0, 12);
  });

  it("is the distance when all forecasts are wrong by the same", () => {
    const forecasts = [true, false].map((isForged) => ({ probability: 0.9, isForged }));
    expect(expectedCalibrationError(forecasts)).toBeCloseTo(0.4, 12);
  });
});
