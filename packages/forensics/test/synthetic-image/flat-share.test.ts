import { describe, expect, it } from "vitest";
import { flatShare } from "../../src/synthetic-image/flat-share.ts";
import { texturedRgb } from "../textured-rgb.ts";

describe("flatShare", () => {
  it("is 1 for one colour and near 0 for texture", () => {
    const data = new Uint8Array(200 * 200 * 3).fill(90);
    expect(flatShare({ width: 200, height: 200, channels: 3, data })).toBe(1);
    expect(flatShare({ width: 200, height: 200, channels: 3, data: texturedRgb(200, 200, 7) })).toBeLessThan(0.3);
  });

  it("is 1 for a picture one pixel wide", () => {
    expect(flatShare({ width: 1, height: 50, channels: 1, data: new Uint8Array(50) })).toBe(1);
  });
});
