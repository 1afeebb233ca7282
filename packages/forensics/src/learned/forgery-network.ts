import { readFile } from "node:fs/promises";

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
  const { InferenceSession, Tensor } = await importRuntime(runtime);
  const open = async (file: string) =>
    await InferenceSession.create(await readFile(new URL(file, import.meta.url)), {
      executionProviders: [runtime === "onnxruntime-node" ? "cpu" : "wasm"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  const [description, comparison] = [await open("./forgery-features.onnx"), await open("./forgery-comparison.onnx")];
  const tensor = (data: Float32Array, ...shape: number[]) => new Tensor("float32", data, [1, ...shape]);
  return {
    runtime,
    async describe(rgb, width, height) {
      const { features } = await description.run({ rgb: tensor(rgb, 3, height, width) });
      return floats(features!.data);
    },
    async compare(features, columns, rows, { mean, spread }) {
      const { map, evidence } = await comparison.run({
        features: tensor(features, featureCount, rows, columns),
        mean: tensor(mean, featureCount, 1, 1),
        spread: tensor(spread, featureCount, 1, 1),
      });
      return { map: floats(map!.data), evidence: floats(evidence!.data) };
    },
  };
}

async function importRuntime(runtime: InferenceRuntime) {
  if (runtime === "onnxruntime-node") return await import("onnxruntime-node");
  const web = await import("onnxruntime-web/wasm");
  // More threads would be worker threads that fetch the WebAssembly once each.
  web.env.wasm.numThreads = 1;
  return web;
}

function floats(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError("The network gave something else than 32-bit floats.");
}
