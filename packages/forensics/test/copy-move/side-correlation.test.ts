import { describe, expect, it } from "vitest";
import { TileComparison } from "../../src/copy-move/compare-tile.ts";
import { growCopy } from "../../src/copy-move/grow-copy.ts";
import { sideCorrelation } from "../../src/copy-move/side-correlation.ts";
import { smoothed, withoutMean } from "../../src/copy-move/smooth-band.ts";
import { randomSource } from "../textured-rgb.ts";

const [width, height] = [200, 100];
const growth = {
  comparison: new TileComparison({ boxRadius: 2, windowRadius: 4, isResidualDifference: true }),
  tolerance: { leastEnergy: 1e-6, plainDifference: 0, leastCorrelation: 0.8, meanDifference: Infinity },
  leastShift: 16,
};

/** The side correlation of a plane with itself, 100 px further to the right. */
function ofRepeated(value: (x: number, y: number) => number): number {
  const half = Float32Array.from({ length: 100 * height }, (_, i) => value(i % 100, Math.floor(i / 100)));
  const data = Float32Array.from({ length: width * height }, (_, i) => half[Math.floor(i / width) * 100 + (i % 100)]!);
  const band = withoutMean(smoothed({ width, height, data }));
  const copy = growCopy(band, { a: 1, b: 0, c: 100, d: 0, e: 1, f: 0 }, { x: 50, y: 50 }, growth, 100);
  expect(copy.area).toBeGreaterThan(1000);
  return sideCorrelation(band, copy);
}

describe("sideCorrelation", () => {
  it("is small for noise, which agrees at one place alone", () => {
    const random = randomSource(1);
    expect(ofRepeated(() => 10 * random())).toBeLessThan(0.4);
  });

  it("is near 1 for stripes and weaves, which agree with what lies beside them", () => {
    expect(ofRepeated((x) => 10 * Math.sin(x / 3))).toBeGreaterThan(0.9);
    expect(
      ofRepeated((x, y) => 10 * Math.sin((2 * Math.PI * x) / 6) * Math.sin((2 * Math.PI * y) / 9)),
    ).toBeGreaterThan(0.85);
  });
});
