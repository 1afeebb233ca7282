import { describe, expect, it } from "vitest";
import { plainButterflyKernel } from "../../src/raster/butterfly-kernel.ts";
import { SquareFft } from "../../src/raster/fft.ts";
import { randomSource } from "../textured-rgb.ts";

describe("SquareFft", () => {
  it.each([2, 8, 16])("equals the sum of its definition, side %d", (side) => {
    const random = randomSource(side);
    const real = Float64Array.from({ length: side * side }, () => random() - 0.5);
    const imaginary = Float64Array.from({ length: side * side }, () => random() - 0.5);
    const fft = new SquareFft(side);
    const [re, im] = [fft.real, fft.imaginary];
    re.set(real);
    im.set(imaginary);
    fft.transform();
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

  it("gives the same bits without WebAssembly", () => {
    const random = randomSource(7);
    const both = [new SquareFft(32), new SquareFft(32, plainButterflyKernel)];
    const values = Float64Array.from({ length: 1024 }, () => random() - 0.5);
    for (const fft of both) {
      fft.real.set(values);
      fft.imaginary.set(values.toReversed());
      fft.transform();
    }
    const [kernel, plain] = both.map(({ real, imaginary }) => [real.slice(), imaginary.slice()]);
    expect(kernel).toEqual(plain);
    expect(kernel![0]).not.toEqual(values);
  });
});
