import { openWithNode, openWithWebAssembly } from "../onnx/open-network.ts";

/** What can run the network; the first that loads is used. */
export const inferenceRuntimes = ["onnxruntime-node", "onnxruntime-web"] as const;
/** One of {@link inferenceRuntimes}. */
export type InferenceRuntime = (typeof inferenceRuntimes)[number];

/** Sides of the network's input are multiples of this. */
export const inputStep = 16;
/** Pixels per cell of the features and of the map of logits. */
export const cellSize = 8;
/** Numbers that describe a cell. */
export const featureCount = 16;

/** What an image's features have in common: mean and standard deviation of each, over all of its cells. */
export interface FeatureStatistics {
  readonly mean: Float32Array;
  readonly spread: Float32Array;
}

/** What the network says of some cells: logits, row-major. */
export interface NetworkOutput {
  /** One per cell: above 0 is called forged. */
  readonly map: Float32Array;
  /** One per 2×2 cells. */
  readonly evidence: Float32Array;
}

/** The network, loaded into a runtime. */
export interface ForgeryNetwork {
  readonly runtime: InferenceRuntime;
  /**
   * Describes every cell of 8×8 pixels.
   *
   * @param rgb Three planes of `width · height` samples 0–255; both sides multiples of 16.
   * @returns 16 planes of one number per cell.
   */
  describe(rgb: Float32Array, width: number, height: number): Promise<Float32Array>;
  /**
   * Judges cells against the whole image.
   *
   * @param features 16 planes of `columns · rows` numbers; both sides even.
   */
  compare(features: Float32Array, columns: number, rows: number, whole: FeatureStatistics): Promise<NetworkOutput>;
}

let preferred: Promise<ForgeryNetwork> | undefined;

/** The network in the fastest runtime that is installed; loaded once per process. */
export function preferredForgeryNetwork(): Promise<ForgeryNetwork> {
  preferred ??= openForgeryNetwork("onnxruntime-node").catch(() => openForgeryNetwork("onnxruntime-web"));
  return preferred;
}

/**
 * The network in a certain runtime, on one thread: several images at a time use the cores better.
 *
 * @example
 * const network = await openForgeryNetwork("onnxruntime-web");
 */
export async function openForgeryNetwork(runtime: InferenceRuntime): Promise<ForgeryNetwork> {
  const open = runtime === "onnxruntime-node" ? openWithNode : openWithWebAssembly;
  const description = await open(new URL("./forgery-features.onnx", import.meta.url));
  const comparison = await open(new URL("./forgery-comparison.onnx", import.meta.url));
  return {
    runtime,
    async describe(rgb, width, height) {
      const { features } = await description({ rgb: { data: rgb, shape: [1, 3, height, width] } });
      return features!;
    },
    async compare(features, columns, rows, { mean, spread }) {
      const { map, evidence } = await comparison({
        features: { data: features, shape: [1, featureCount, rows, columns] },
        mean: { data: mean, shape: [1, featureCount, 1, 1] },
        spread: { data: spread, shape: [1, featureCount, 1, 1] },
      });
      return { map: map!, evidence: evidence! };
    },
  };
}
