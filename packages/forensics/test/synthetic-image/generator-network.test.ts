import { describe, expect, it } from "vitest";
import { openWithNode, openWithWebAssembly } from "../../src/onnx/open-network.ts";
import { logOdds } from "../../src/synthetic-image/generator-network.ts";
import { viewSide } from "../../src/synthetic-image/picture-views.ts";
import trained from "./trained-example.json" with { type: "json" };

const file = new URL("../../src/synthetic-image/generator-network.onnx", import.meta.url);

/** The picture of the training's `export.py`. */
function pattern(): Float32Array {
  return Float32Array.from({ length: 3 * viewSide * viewSide }, (_, i) => {
    const [x, y] = [i % viewSide, Math.floor(i / viewSide) % viewSide];
    const c = Math.floor(i / viewSide / viewSide);
    return (x * (3 + c) + y * (5 + 2 * c) + ((x * y) % (31 + c))) % 256;
  });
}

describe("the network", () => {
  it.each([
    ["onnxruntime-node", openWithNode],
    ["onnxruntime-web", openWithWebAssembly],
  ])("scores a picture in %s as the training program does", async (_, open) => {
    expect(await logOdds(await open(file), { count: 1, rgb: pattern() })).toBeCloseTo(trained.score, 3);
  });
});

describe("logOdds", () => {
  it("is the mean over the views", async () => {
    const network = async () => ({ score: Float32Array.of(1, 2, 6) });
    expect(await logOdds(network, { count: 3, rgb: new Float32Array() })).toBe(3);
  });
});
