import { describe, expect, it } from "vitest";
import {
  cellSide,
  dcPhase,
  hypothesisAt,
  hypothesisCount,
  isShifted,
  shiftedPeriodSums,
} from "../../src/shifted-double-compression/shifted-periods.ts";
import { plainWaveKernel, type WaveKernel, waveKernel } from "../../src/shifted-double-compression/wave-kernel.ts";
import { randomSource } from "../textured-rgb.ts";

const random = randomSource(11);
const [width, height] = [2 * cellSide + 20, cellSide + 9];
const plane = { width, height, data: Float32Array.from({ length: width * height }, () => Math.floor(256 * random())) };
/** Black, where nothing is counted. */
plane.data.fill(0, 0, 12 * width);

describe("shiftedPeriodSums", () => {
  it("adds the waves of the DC coefficients of every shifted grid, cell by cell", () => {
    const sums = shiftedPeriodSums(plane);
    expect([sums.width, sums.height]).toEqual([2, 1]);
    for (const hypothesis of [0, 9 * 15, 9 * 15 + 3, 63 * 15 + 14, 8 * 15, hypothesisCount - 1]) {
      const [re, im, blocks] = byDefinition(1, hypothesis);
      const { grid } = hypothesisAt(hypothesis);
      expect(sums.real[hypothesisCount + hypothesis]).toBeCloseTo(re, 2);
      expect(sums.imaginary[hypothesisCount + hypothesis]).toBeCloseTo(im, 2);
      expect(sums.blocks[64 + grid]).toBe(blocks);
    }
  });

  it("gives the same bits without WebAssembly", () => {
    expect(shiftedPeriodSums(plane, plainWaveKernel)).toEqual(shiftedPeriodSums(plane));
  });

  it("would not with a kernel that leaves a pair out", () => {
    const careless = (bytes: number): WaveKernel => {
      const { memory, run } = waveKernel(bytes);
      return { memory, run: { addWaves: (pairs, length) => run.addWaves(pairs!, Math.max(0, length! - 8)) } };
    };
    expect(shiftedPeriodSums(plane, careless)).not.toEqual(shiftedPeriodSums(plane));
  });
});

/** Real and imaginary part and number of blocks of one hypothesis in one cell of the first row. */
function byDefinition(cell: number, hypothesis: number): [number, number, number] {
  const { grid, step } = hypothesisAt(hypothesis);
  if (!isShifted(grid)) return [0, 0, 0];
  let [re, im, blocks] = [0, 0, 0];
  for (let y = grid >> 3; y < cellSide; y += 8) {
    for (let x = cell * cellSide + (grid & 7); x < (cell + 1) * cellSide; x += 8) {
      const dc = blockSum(x, y) / 8;
      if (dc < 8 * 6 || dc > 8 * 249) continue;
      const phase = dcPhase(Math.round(2 * dc) / 2, step);
      re += Math.cos(phase);
      im -= Math.sin(phase);
      blocks++;
    }
  }
  return [re, im, blocks];
}

function blockSum(x: number, y: number): number {
  let sum = 0;
  for (let v = 0; v < 8; v++) for (let u = 0; u < 8; u++) sum += plane.data[(y + v) * width + x + u]!;
  return sum;
}
