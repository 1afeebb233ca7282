import { describe, expect, it } from "vitest";
import { type Extremum, findExtrema } from "../../src/copy-move/find-extrema.ts";
import { blurOfLevel, ScaleSpace } from "../../src/copy-move/scale-space.ts";
import { randomSource } from "../textured-rgb.ts";

const [width, height] = [192, 144];
const space = new ScaleSpace(width * height, width, 1, 3);

function extremaOf(data: Float32Array): Extremum[] {
  return space.octavesOf({ width, height, data }).flatMap((octave) => findExtrema(octave, space.memory));
}

describe("findExtrema", () => {
  it.each([2.5, 3, 5])("finds a blob of radius %d where it is and as large as it is", (sigma) => {
    const [cx, cy] = [47.3, 35.6];
    const data = Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [(i % width) - cx, Math.floor(i / width) - cy];
      return 100 + 80 * Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
    });
    const found = extremaOf(data).toSorted((a, b) => b.contrast - a.contrast)[0]!;
    const { octave, x, y, level } = found;
    expect(Math.hypot(x * octave.step - cx, y * octave.step - cy)).toBeLessThan(0.4);
    expect(blurOfLevel(level) * octave.step).toBeGreaterThan(0.7 * sigma);
    expect(blurOfLevel(level) * octave.step).toBeLessThan(1.3 * sigma);
  });

  it("finds extrema over all 26 neighbours alone, and the same ones again", () => {
    const random = randomSource(3);
    const data = Float32Array.from({ length: width * height }, () => 255 * random());
    const found = extremaOf(data);
    expect(found.length).toBeGreaterThan(10);
    for (const { octave, x, y, level } of found) expect(isNearPeak(octave, x, y, level)).toBe(true);
    const places = (extrema: readonly Extremum[]) => extrema.map(({ x, y, level }) => [x, y, level]);
    const before = places(found);
    expect(places(extremaOf(data))).toEqual(before);
  });
});

/** Whether a pixel within one of the refined place exceeds or undercuts its 26 neighbours. */
function isNearPeak({ width: stride, differences }: Extremum["octave"], x: number, y: number, level: number): boolean {
  const around = [-1, 0, 1];
  const cells = around.flatMap((s) => around.flatMap((v) => around.map((u) => [s, v, u] as const)));
  const at = (s: number, v: number, u: number) => differences[s]?.[v * stride + u] ?? Number.NaN;
  return cells.some(([s, v, u]) => {
    const [l, py, px] = [Math.round(level) + s, Math.round(y) + v, Math.round(x) + u];
    const value = at(l, py, px);
    const others = cells.filter((cell) => cell.some((k) => k !== 0)).map(([a, b, c]) => at(l + a, py + b, px + c));
    return others.every((other) => other < value) || others.every((other) => other > value);
  });
}
