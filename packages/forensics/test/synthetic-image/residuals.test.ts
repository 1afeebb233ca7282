import { describe, expect, it } from "vitest";
import { medianResidual, residualSide, squareResidual } from "../../src/synthetic-image/residuals.ts";
import { tileSide } from "../../src/synthetic-image/tiles.ts";

const plane = Float32Array.from({ length: tileSide * tileSide }, (_, i) => (i * 7919) % 251);

function neighbourhood(x: number, y: number): number[] {
  return [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => plane[(y + 2 + row) * tileSide + x + 2 + column]!));
}

describe("medianResidual", () => {
  it("subtracts the median of a full sort of the 3×3 neighbourhood", () => {
    const residual = new Float32Array(residualSide * residualSide);
    medianResidual(plane, residual);
    for (let y = 0; y < residualSide; y += 5)
      for (let x = 0; x < residualSide; x++) {
        const values = neighbourhood(x, y);
        expect(residual[y * residualSide + x]).toBe(values[4]! - values.toSorted((a, b) => a - b)[4]!);
      }
  });
});

describe("squareResidual", () => {
  it("is the convolution with the kernel, and 0 on a slope", () => {
    const kernel = [-1, 2, -1, 2, -4, 2, -1, 2, -1];
    const residual = new Float32Array(residualSide * residualSide);
    squareResidual(plane, residual);
    const expected = neighbourhood(10, 20).reduce((sum, value, k) => sum + value * kernel[k]!, 0) / 4;
    expect(residual[20 * residualSide + 10]).toBeCloseTo(expected, 4);
    squareResidual(
      plane.map((_, i) => 3 * (i % tileSide) + Math.floor(i / tileSide)),
      residual,
    );
    expect(residual.every((value) => value === 0)).toBe(true);
  });
});
