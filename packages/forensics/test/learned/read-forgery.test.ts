import { type ForgeryNetwork, inferenceRuntimes, openForgeryNetwork, readForgery } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { randomSource, texturedRgb } from "../textured-rgb.ts";

const signal = new AbortController().signal;
const whole = { core: 4096, halo: 0 };

function picture(width: number, height: number) {
  return { width, height, channels: 3 as const, data: texturedRgb(width, height, 7) };
}

/** Answers with the red sample in the corner of each cell, so that every cell knows its place. */
function cornerNetwork(seen: number[] = []): ForgeryNetwork {
  const corners = (rgb: Float32Array, width: number, height: number, scale: number) =>
    Float32Array.from({ length: (width / scale) * (height / scale) }, (_, i) => {
      const [x, y] = [i % (width / scale), Math.floor(i / (width / scale))];
      return rgb[y * scale * width + x * scale]!;
    });
  return {
    runtime: "onnxruntime-web",
    async run(rgb, width, height) {
      seen.push(width * height);
      return { map: corners(rgb, width, height, 8), evidence: corners(rgb, width, height, 16) };
    },
  };
}

describe("readForgery", () => {
  it.each([
    [200, 136],
    [97, 203],
    [640, 320],
    [9, 5],
  ])("puts every cell in its place: %d × %d", async (width, height) => {
    const raster = picture(width, height);
    const reading = await readForgery(cornerNetwork(), raster, { signal, tiling: { core: 64, halo: 32 } });
    expect([reading.width, reading.height]).toEqual([Math.ceil(width / 8), Math.ceil(height / 8)]);
    const expected = Array.from(reading.logits, (_, i) => {
      const [x, y] = [(i % reading.width) * 8, Math.floor(i / reading.width) * 8];
      return raster.data[3 * (y * width + x)];
    });
    expect([...reading.logits]).toEqual(expected);
  });

  it("takes the logarithm of the mean of exponentials over the cells inside the image", async () => {
    const raster = picture(70, 40);
    const { imageLogit } = await readForgery(cornerNetwork(), raster, { signal });
    let sum = 0;
    for (let y = 0; y < 3; y++) for (let x = 0; x < 5; x++) sum += Math.exp(raster.data[3 * (16 * y * 70 + 16 * x)]!);
    expect(imageLogit).toBeCloseTo(Math.log(sum / 15), 4);
  });

  it("never shows the network more than a megapixel at a time, whatever the size of the image", async () => {
    const seen: number[] = [];
    const raster = { width: 6000, height: 4000, channels: 1 as const, data: new Uint8Array(24e6) };
    await readForgery(cornerNetwork(seen), raster, { signal });
    expect(seen.length).toBe(8 * 6);
    expect(Math.max(...seen)).toBeLessThanOrEqual(1024 * 1024);
  });

  it("stops between two tiles once the signal fires", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const network = cornerNetwork(seen);
    const stopping: ForgeryNetwork = {
      ...network,
      async run(rgb, width, height) {
        if (seen.length === 1) controller.abort(new Error("deadline"));
        return await network.run(rgb, width, height);
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
    const [first, second] = await Promise.all(
      inferenceRuntimes.map(async (runtime) => await (await openForgeryNetwork(runtime)).run(rgb, 192, 144)),
    );
    expect(first!.map.length).toBe(24 * 18);
    expect(first!.evidence.length).toBe(12 * 9);
    expect(largestDifference(first!.map, second!.map)).toBeLessThan(1e-3);
    expect(largestDifference(first!.evidence, second!.evidence)).toBeLessThan(1e-3);
  });

  it("says nearly the same whatever the tiles", async () => {
    const network = await openForgeryNetwork("onnxruntime-node");
    const raster = picture(848, 656);
    const one = await readForgery(network, raster, { signal, tiling: whole });
    const many = await readForgery(network, raster, { signal, tiling: { core: 256, halo: 128 } });
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
