import { readFile } from "node:fs/promises";

/** What can run the network; the first that loads is used. */
export const inferenceRuntimes = ["onnxruntime-node", "onnxruntime-web"] as const;
/** One of {@link inferenceRuntimes}. */
export type InferenceRuntime = (typeof inferenceRuntimes)[number];

/** Sides of the network's input are multiples of this. */
export const inputStep = 16;
/** Pixels per cell of the map of logits. */
export const mapScale = 8;
/** Pixels per cell of the evidence for the image as a whole. */
export const evidenceScale = 16;

/** What the network says of one input: logits, row-major. */
export interface NetworkOutput {
  /** One per 8×8 pixels: above 0 is called forged. */
  readonly map: Float32Array;
  /** One per 16×16 pixels. */
  readonly evidence: Float32Array;
}

/** The network, loaded into a runtime. */
export interface ForgeryNetwork {
  readonly runtime: InferenceRuntime;
  /** @param rgb Three planes of `width · height` samples 0–255; both sides multiples of 16. */
  run(rgb: Float32Array, width: number, height: number): Promise<NetworkOutput>;
}

const modelFile = new URL("./forgery-network.onnx", import.meta.url);
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
  const session = await InferenceSession.create(await readFile(modelFile), {
    executionProviders: [runtime === "onnxruntime-node" ? "cpu" : "wasm"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    runtime,
    async run(rgb, width, height) {
      const outputs = await session.run({ rgb: new Tensor("float32", rgb, [1, 3, height, width]) });
      return { map: floats(outputs["map"]!.data), evidence: floats(outputs["evidence"]!.data) };
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
