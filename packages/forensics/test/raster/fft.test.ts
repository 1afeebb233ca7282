import { describe, expect, it } from "vitest";
import { SquareFft } from "../../src/raster/fft.ts";
import { randomSource } from "../textured-rgb.ts";

describe("SquareFft", () => {
  it.each([2, 8, 16])("equals the sum of its definition, side %d", (side) => {
    const random = randomSource(side);
    const real = Float64Array.from({ length: side * side }, () => random() - 0.5);
    const imaginary = Float64Array.from({ length: side * side }, () => random() - 0.5);
    const [re, im] = [Float64Array.from(real), Float64Array.from(imaginary)];
    new SquareFft(side).transform(re, im);
    for (let v = 0; v < side; v++) {
      for (let u = 0; u < side; u++) {
        let [a, b] = [0, 0];
        for (let y = 0; y < side; y++) {
          for (let x = 0; x < side; x++) {
            const phase = (-2 * Math.PI * (u * x + v * y)) / side;
            const [c, s] = [Math.cos(phase), Math.sin(phase)];
            a += real[y * side + x]! * c - imaginary[y * side + x]! * s;
            b += real[y * side + x]! * s + imaginary[y * side + x]! * c;
          }
        }
        expect(re[v * side + u]).toBeCloseTo(a, 10);
        expect(im[v * side + u]).toBeCloseTo(b, 10);
      }
    }
  });
});
