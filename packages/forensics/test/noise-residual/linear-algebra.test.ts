import { describe, expect, it } from "vitest";
import { processDiscriminants } from "../../src/noise-residual/process-discriminants.ts";
import { cholesky, eigenDecomposition } from "../../src/noise-residual/symmetric-matrix.ts";
import { randomSource } from "../textured-rgb.ts";

const size = 6;

/** A Aᵀ + 0.1 I of random A: positive definite. */
function randomMatrix(seed: number): Float64Array {
  const random = randomSource(seed);
  const a = Float64Array.from({ length: size * size }, () => random() - 0.5);
  return Float64Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < size; k++) sum += a[row * size + k]! * a[column * size + k]!;
    return sum;
  });
}

function expectClose(actual: Float64Array, expected: Float64Array): void {
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 9);
}

describe("symmetric matrices", () => {
  it("are the sum of their eigenvectors' squares times the eigenvalues, largest first", () => {
    const matrix = randomMatrix(1);
    const { values, vectors } = eigenDecomposition(matrix, size);
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    const sum = new Float64Array(size * size);
    for (let k = 0; k < size; k++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          sum[i * size + j]! += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
    expectClose(sum, matrix);
  });

  it("are the product of their Cholesky factor and its transpose", () => {
    const matrix = randomMatrix(2);
    const lower = cholesky(matrix, size)!;
    const product = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let k = 0; k <= Math.min(i, j); k++) product[i * size + j]! += lower[i * size + k]! * lower[j * size + k]!;
    expectClose(product, matrix);
  });

  it("have no Cholesky factor when they are not positive definite", () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
  });
});

describe("processDiscriminants", () => {
  it("looks along what the process changes, not along what the scene changes, in units of the spread within pictures", () => {
    const random = randomSource(3);
    const pictures = Array.from({ length: 40 }, (_, i) => {
      const [scene, process] = [`scene ${i >> 1}`, i % 2];
      const brightness = 10 * Math.floor(i / 2);
      const rows = Array.from({ length: 50 }, () => [brightness + 4 * random(), random(), process + 0.5 * random()]);
      return { scene, features: Float32Array.from(rows.flat()) };
    });
    const [first] = processDiscriminants(pictures, 3, 1);
    expect(Math.abs(first![2]!)).toBeGreaterThan(20 * Math.abs(first![0]!));
    // Uniform noise of width 0.5 has a variance of 0.5² / 12.
    expect(Math.abs(first![2]!)).toBeCloseTo(Math.sqrt(12) / 0.5, 0);
  });
});
