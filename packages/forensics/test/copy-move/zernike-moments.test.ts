import { describe, expect, it } from "vitest";
import { discRadius, momentCount, ZernikeMoments } from "../../src/copy-move/zernike-moments.ts";
import type { Plane } from "../../src/raster/plane.ts";

const side = 32;
const middle = side / 2;

/** A few waves around the middle of a square, turned by an angle and perhaps mirrored. */
function waves(angle: number, isMirrored = false, gain = 1): Plane {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const data = new Float32Array(side * side);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [((i % side) + 0.5 - middle) * (isMirrored ? -1 : 1), Math.floor(i / side) + 0.5 - middle];
    const [u, v] = [cos * x + sin * y, cos * y - sin * x];
    data[i] = gain * (Math.sin(0.5 * u + 0.3) + 0.7 * Math.cos(0.4 * v - 0.2 * u) + 0.5 * Math.sin(0.6 * v + 1));
  }
  return { width: side, height: side, data };
}

function momentsOf(plane: Plane): Float32Array {
  const moments = new Float32Array(momentCount);
  expect(new ZernikeMoments().describe(plane, middle, middle, 0, 100, moments, 0)).toBe(true);
  return moments;
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!));
}

describe("ZernikeMoments", () => {
  it.each([
    ["turned by 90°", waves(Math.PI / 2)],
    ["mirrored", waves(0, true)],
  ])("describes a disc that was %s by the same numbers", (_, changed) => {
    expect(distance(momentsOf(changed), momentsOf(waves(0)))).toBeLessThan(1e-5);
  });

  it("describes a disc that was turned by any angle by almost the same numbers", () => {
    const far = distance(
      momentsOf(waves(0)),
      momentsOf({ ...waves(0), data: waves(0).data.map((v, i) => v * (i % 7)) }),
    );
    for (const angle of [0.2, 0.6, 1.1, 2.5])
      expect(distance(momentsOf(waves(angle)), momentsOf(waves(0)))).toBeLessThan(0.1 * far);
  });

  it("tells contrast apart from shape", () => {
    const [plain, strong] = [momentsOf(waves(0)), momentsOf(waves(0, false, 3))];
    expect(distance(plain.subarray(0, momentCount - 1), strong.subarray(0, momentCount - 1))).toBeLessThan(1e-5);
    expect(strong[momentCount - 1]! - plain[momentCount - 1]!).toBeGreaterThan(0.2);
  });

  it("leaves out discs that are too flat or too rough", () => {
    const moments = new Float32Array(momentCount);
    const zernike = new ZernikeMoments();
    expect(zernike.describe(waves(0), discRadius, discRadius, 5, 9, moments, 0)).toBe(false);
    expect(zernike.describe(waves(0), discRadius, discRadius, 0, 0.1, moments, 0)).toBe(false);
    expect(moments.every((value) => value === 0)).toBe(true);
  });
});
