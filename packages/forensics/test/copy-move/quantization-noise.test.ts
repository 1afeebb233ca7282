import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { QuantizationNoise } from "../../src/copy-move/quantization-noise.ts";
import { texturedRgb } from "../textured-rgb.ts";

describe("QuantizationNoise", () => {
  it.each([70, 80, 90])(
    "foretells about half or more of what a compression at quality %d changed, from its result alone",
    async (quality) => {
      const [width, height] = [256, 192];
      const before = texturedRgb(width, height, 3).filter((_, i) => i % 3 === 1);
      const jpeg = await sharp(before, { raw: { width, height, channels: 1 } })
        .jpeg({ quality })
        .toBuffer();
      const after = await sharp(jpeg).greyscale().raw().toBuffer();
      const noise = new QuantizationNoise({ width, height, data: Float32Array.from(after) }, quality);
      let [foretold, real] = [0, 0];
      for (let i = 0; i < before.length; i++) {
        foretold += noise.at(i % width, Math.floor(i / width)) / before.length;
        real += (before[i]! - after[i]!) ** 2 / before.length;
      }
      expect(foretold / real).toBeGreaterThan(0.4);
      expect(foretold / real).toBeLessThan(1.4);
    },
  );
});
