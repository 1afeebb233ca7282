import { describe, expect, it } from "vitest";
import { plainPlaneKernel, planeKernel } from "../../src/copy-move/plane-kernel.ts";
import { hasKernels } from "../../src/wasm/kernel.ts";
import { randomSource } from "../textured-rgb.ts";

const row = 80;

/** Both kernels with the same random numbers in their memory: ten rows of twenty. */
function pair() {
  const random = randomSource(7);
  const numbers = Float32Array.from({ length: 200 }, () => Math.round(40 * random()) / 4 - 5);
  return [planeKernel(800), plainPlaneKernel(800)].map((kernel) => {
    const memory = new Float32Array(kernel.memory, 0, 200);
    memory.set(numbers);
    return { run: kernel.run, memory };
  });
}

describe.skipIf(!hasKernels)("planeKernel", () => {
  it.each([
    ["scale", [0, 2 * row, 9 * row, row]],
    ["addPair", [0, 2 * row + 4, 2 * row - 4, 9 * row, row]],
    ["subtract", [0, 3 * row, 5 * row, 2 * row]],
  ] as const)("computes `%s` as the plain version does", (operation, parameters) => {
    const [vector, plain] = pair();
    vector!.run[operation](...parameters);
    plain!.run[operation](...parameters);
    expect(vector!.memory).toEqual(plain!.memory);
    expect(vector!.memory).not.toEqual(pair()[0]!.memory);
  });

  it("marks the same peaks as the plain version, and some", () => {
    const marks = pair().map(({ run, memory }) => {
      memory[199] = 1.5;
      run.markPeaks(8 * row, 2 * row, 4 * row + 4, 6 * row, 16, 199 * 4, row);
      return Array.from(new Int32Array(memory.buffer, 8 * row, 20), (mark) => mark !== 0);
    });
    expect(marks[0]).toEqual(marks[1]);
    expect(new Set(marks[0]).size).toBe(2);
  });
});
