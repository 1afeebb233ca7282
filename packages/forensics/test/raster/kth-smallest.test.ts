import { describe, expect, it } from "vitest";
import { kthSmallest } from "../../src/raster/kth-smallest.ts";
import { randomSource } from "../textured-rgb.ts";

describe("kthSmallest", () => {
  it.each([1, 2, 3, 17, 256])(
    "gives what stands at each place of %d sorted values, also with many equal ones",
    (count) => {
      const random = randomSource(count);
      for (const kinds of [3, 1e9]) {
        const values = Float32Array.from({ length: count }, () => Math.floor(random() * kinds) - kinds / 2);
        const sorted = values.toSorted();
        for (let k = 0; k < count; k++) expect(kthSmallest(values.slice(), k)).toBe(sorted[k]);
      }
    },
  );
});
