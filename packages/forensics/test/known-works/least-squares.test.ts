import { expect, it } from "vitest";
import { solve } from "../../src/known-works/least-squares.ts";
import { areaPlane } from "../../src/raster/resample.ts";

it("solve finds the solution that the equations were made from, also when rows have to be exchanged", () => {
  const solution = solve(Float64Array.of(0, 2, 1, 1, 1, 0, 3, 0, 1), Float64Array.of(7, 3, 6))!;
  for (const [i, value] of [1, 2, 3].entries()) expect(solution[i]).toBeCloseTo(value, 9);
  expect(solve(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 2))).toBeUndefined();
});

it("areaPlane gives the means of cells, cutting through pixels, and mixes the channels", () => {
  const data = Uint8Array.of(0, 30, 60, 90, 120, 150);
  const grey = { width: 3, height: 2, channels: 1 as const, data };
  expect([...areaPlane(grey, [0.25, 0.25, 0.5], 2, 1).data]).toEqual(
    [(0 + 90 + (30 + 120) / 2) / 3, (60 + 150 + (30 + 120) / 2) / 3].map(Math.fround),
  );
  const colour = { width: 2, height: 1, channels: 3 as const, data };
  expect([...areaPlane(colour, [1, 0, 0.5], 2, 1).data]).toEqual([30, 165]);
});
