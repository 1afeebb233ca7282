import { type ForgeryNetwork, inferenceRuntimes, openForgeryNetwork, readForgery } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { randomSource, texturedRgb } from "../textured-rgb.ts";

const signal = new AbortController().signal;
const whole = { core: 4096, halo: 0 };
const features = 16;

function picture(width: number, height: number) {
  return { width, height, channels: 3 as const, data: texturedRgb(width, height, 7) };
}

/**
 * Describes each cell by the red sample in its corner in the first plane, and twice that in the second; judges by the
 * first, less its mean where asked. So every cell knows its place.
 */
function cornerNetwork({ seen = [], relative = false }: { seen?: number[]; relative?: boolean } = {}): ForgeryNetwork {
  return {
    runtime: "onnxruntime-web",
    async describe(rgb, width, height) {
      seen.push(width * height);
      const [columns, rows] = [width / 8, height / 8];
      const planes = new Float32Array(features * columns * rows);
      for (let i = 0; i < columns * rows; i++) {
        const red = rgb[Math.floor(i / columns) * 8 * width + (i % columns) * 8]!;
        planes[i] = red;
        planes[columns * rows + i] = 2 * red;
      }
      return planes;
    },
    async compare(planes, columns, rows, { mean }) {
      const map = planes.slice(0, columns * rows).map((value) => value - (relative ? mean[0]! : 0));
      const evidence = Float32Array.from({ length: map.length / 4 }, (_, i) => {
        const [x, y] = [i % (columns / 2), Math.floor(i / (columns / 2))];
        return map[2 * y * columns + 2 * x]!;
      });
      return { map, evidence };
    },
  };
}

describe("readForgery", () => {
  it.each([
    [200, 136],
    [97, 203],
    [640, 320],
    [9, 5],
    [2176, 96],
  ])("puts every cell in its place: %d × %d", async (width, height) => {
    const raster = picture(width, height);
    const reading = await readForgery(cornerNetwork(), raster, { signal, tiling: { core: 64, halo: 32 } });
    expect([reading.width, reading.height]).toEqual([Math.ceil(width / 8), Math.ceil(height / 8)]);
    const expected = Float32Array.from(reading.logits, (_, i) => {
      const [x, y] = [(i % reading.width) * 8, Math.floor(i / reading.width) * 8];
      return raster.data[3 * (y * width + x)]!;
    });
    expect(Buffer.from(reading.logits.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it("takes the logarithm of the mean of exponentials over the whole image", async () => {
    const raster = picture(70, 40);
    const { imageLogit } = await readForgery(cornerNetwork(), raster, { signal });
    let sum = 0;
    for (let y = 0; y < 3; y++) for (let x = 0; x < 5; x++) sum += Math.exp(raster.data[3 * (16 * y * 70 + 16 * x)]!);
    expect(imageLogit).toBeCloseTo(Math.log(sum / 15), 4);
  });

  it("compares with the mean and the spread of the whole image, not of a tile", async () => {
    const wholes: [number, number, number][] = [];
    const network = cornerNetwork({ relative: true });
    const watching: ForgeryNetwork = {
      ...network,
      async compare(planes, columns, rows, of) {
        wholes.push([of.mean[0]!, of.mean[1]!, of.spread[1]!]);
        return await network.compare(planes, columns, rows, of);
      },
    };
    const raster = picture(2176, 320);
    const { logits } = await readForgery(watching, raster, { signal, tiling: { core: 256, halo: 32 } });
    const corners = Float64Array.from({ length: 272 * 40 }, (_, i) => {
      return raster.data[3 * (8 * Math.floor(i / 272) * 2176 + 8 * (i % 272))]!;
    });
    const mean = corners.reduce((sum, value) => sum + value, 0) / corners.length;
    const spread = Math.sqrt(corners.reduce((sum, value) => sum + (value - mean) ** 2, 0) / corners.length);
    expect(wholes.length).toBeGreaterThan(1);
    for (const [first, second, deviation] of wholes) {
      expect(first).toBeCloseTo(mean, 3);
      expect(second).toBeCloseTo(2 * mean, 3);
      expect(deviation).toBeCloseTo(2 * spread, 3);
    }
    expect(logits[777]).toBeCloseTo(corners[777]! - mean, 3);
  });

  it("never shows the network more than 640×640 pixels at a time, whatever the size of the image", async () => {
    const seen: number[] = [];
    const raster = { width: 6000, height: 4000, channels: 1 as const, data: new Uint8Array(24e6) };
    await readForgery(cornerNetwork({ seen }), raster, { signal });
    expect(seen.length).toBe(12 * 8);
    expect(Math.max(...seen)).toBeLessThanOrEqual(640 * 640);
  });

  it("stops between two tiles once the signal fires", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const network = cornerNetwork({ seen });
    const stopping: ForgeryNetwork = {
      ...network,
      async describe(rgb, width, height) {
        if (seen.length === 1) controller.abort(new Error("deadline"));
        return await network.describe(rgb, width, height);
      },
    };
    const reading = readForgery(stopping, picture(640, 320), {
      signal: controller.signal,
      tiling: { core: 64, halo: 32 },
    });
    await expect(reading).rejects.toThrow("deadline");
    expect(seen.length).toBe(2);
  });
});

describe("the network", () => {
  it("says the same in both runtimes", async () => {
    const random = randomSource(3);
    const rgb = Float32Array.from({ length: 3 * 192 * 144 }, () => 255 * random());
    const shared = { mean: new Float32Array(features), spread: new Float32Array(features).fill(1) };
    const [first, second] = await Promise.all(
      inferenceRuntimes.map(async (runtime) => {
        const network = await openForgeryNetwork(runtime);
        const described = await network.describe(rgb, 192, 144);
        return { described, ...(await network.compare(described, 24, 18, shared)) };
      }),
    );
    expect([first!.described.length, first!.map.length, first!.evidence.length]).toEqual([16 * 432, 432, 108]);
    expect(largestDifference(first!.described, second!.described)).toBeLessThan(1e-3);
    expect(largestDifference(first!.map, second!.map)).toBeLessThan(1e-3);
    expect(largestDifference(first!.evidence, second!.evidence)).toBeLessThan(1e-3);
  });

  it("says nearly the same whatever the tiles", async () => {
    const network = await openForgeryNetwork("onnxruntime-node");
    const raster = picture(848, 656);
    const one = await readForgery(network, raster, { signal, tiling: whole });
    const many = await readForgery(network, raster, { signal, tiling: { core: 256, halo: 64 } });
    const chance = (logits: Float32Array) => logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    const [first, second] = [chance(one.logits), chance(many.logits)];
    const total = first.reduce((sum, value, i) => sum + Math.abs(value - second[i]!), 0);
    expect(largestDifference(first, second)).toBeLessThan(0.1);
    expect(total / first.length).toBeLessThan(0.01);
    expect(Math.abs(one.imageLogit - many.imageLogit)).toBeLessThan(0.1);
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
