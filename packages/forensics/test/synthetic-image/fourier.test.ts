import { describe, expect, it } from "vitest";
import { fourierPlan, transform } from "../../src/synthetic-image/fourier.ts";

/** The definition of the transform, term by term. */
function slowTransform(values: readonly number[]): { real: number; imaginary: number }[] {
  return values.map((_, k) => {
    let [real, imaginary] = [0, 0];
    for (const [n, value] of values.entries()) {
      const angle = (-2 * Math.PI * k * n) / values.length;
      real += value * Math.cos(angle);
      imaginary += value * Math.sin(angle);
    }
    return { real, imaginary };
  });
}

describe("transform", () => {
  it.each([2, 8, 128])("agrees with the definition at length %d", (length) => {
    const values = Array.from({ length }, (_, i) => Math.sin(i * 1.7) + (i % 3));
    const real = Float64Array.from(values);
    const imaginary = new Float64Array(length);
    transform(fourierPlan(length), real, imaginary, 0, 1);
    for (const [k, expected] of slowTransform(values).entries()) {
      expect(real[k]).toBeCloseTo(expected.real, 8);
      expect(imaginary[k]).toBeCloseTo(expected.imaginary, 8);
    }
  });

  it("touches only the values of its offset and stride", () => {
    const real = Float64Array.from({ length: 32 }, (_, i) => i);
    const imaginary = new Float64Array(32);
    transform(fourierPlan(8), real, imaginary, 1, 3);
    const expected = slowTransform(Array.from({ length: 8 }, (_, i) => 1 + 3 * i));
    for (let i = 0; i < 32; i++) {
      const k = (i - 1) / 3;
      expect(real[i]).toBeCloseTo(Number.isInteger(k) && k < 8 ? expected[k]!.real : i, 8);
    }
  });
});
