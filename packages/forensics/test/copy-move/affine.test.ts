import { describe, expect, it } from "vitest";
import { affineParts, frameSimilarity, inverse, mapX, mapY } from "../../src/copy-move/affine.ts";

const from = { x: 10, y: 20, scale: 2, angle: 0.3 };

describe("affine maps", () => {
  it.each([false, true])("take one frame to the other: point, direction and size (mirrored: %s)", (isMirrored) => {
    const to = { x: 100, y: 50, scale: 3, angle: 1.2 };
    const map = frameSimilarity(from, to, isMirrored);
    expect([mapX(map, 10, 20), mapY(map, 10, 20)]).toEqual([expect.closeTo(100, 9), expect.closeTo(50, 9)]);
    const [x, y] = [10 + 2 * Math.cos(0.3), 20 + 2 * Math.sin(0.3)];
    expect(mapX(map, x, y)).toBeCloseTo(100 + 3 * Math.cos(1.2), 9);
    expect(mapY(map, x, y)).toBeCloseTo(50 + 3 * Math.sin(1.2), 9);
    expect(affineParts(map).isMirrored).toBe(isMirrored);
    expect(affineParts(map).scale).toBeCloseTo(1.5, 9);
  });

  it("are undone by their inverse", () => {
    const map = { a: 1.1, b: 0.3, c: -20, d: -0.2, e: 0.9, f: 7 };
    const back = inverse(map);
    expect(mapX(back, mapX(map, 5, 6), mapY(map, 5, 6))).toBeCloseTo(5, 9);
    expect(mapY(back, mapX(map, 5, 6), mapY(map, 5, 6))).toBeCloseTo(6, 9);
  });

  it("are told apart by angle, scale and distortion", () => {
    const [cos, sin] = [Math.cos(0.5), Math.sin(0.5)];
    const turned = affineParts({ a: 2 * cos, b: -2 * sin, c: 0, d: 2 * sin, e: 2 * cos, f: 0 });
    expect(turned.angle).toBeCloseTo((0.5 * 180) / Math.PI, 9);
    expect(turned).toMatchObject({ scale: expect.closeTo(2, 9), isMirrored: false, anisotropy: expect.closeTo(1, 5) });
    expect(affineParts({ a: 3, b: 0, c: 0, d: 0, e: 1.5, f: 0 }).anisotropy).toBeCloseTo(2, 9);
  });
});
