import { readFile } from "node:fs/promises";

/** 32-bit floats with the sides of the array that they fill. */
interface FloatTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A network in ONNX, loaded into a runtime: named arrays in, named arrays out. */
export type OnnxNetwork = (inputs: Readonly<Record<string, FloatTensor>>) => Promise<Record<string, Float32Array>>;

/** What can run a network; the first that loads is used. */
const runtimes = [openWithNode, openWithWebAssembly] as const;

/**
 * Loads a network into `onnxruntime-node` where it is installed, into `onnxruntime-web` otherwise; on one thread, since
 * several images at a time use the cores better.
 *
 * @example
 * const network = await openNetwork(new URL("generator-network.onnx", import.meta.url));
 */
export async function openNetwork(file: URL): Promise<OnnxNetwork> {
  const [preferred, other] = runtimes;
  return await preferred(file).catch(() => other(file));
}

/** {@link openNetwork} in `onnxruntime-node`; fails where it is not installed. */
export async function openWithNode(file: URL): Promise<OnnxNetwork> {
  return await open(file, await import("onnxruntime-node"), "cpu");
}

/** {@link openNetwork} in `onnxruntime-web`. */
export async function openWithWebAssembly(file: URL): Promise<OnnxNetwork> {
  const web = await import("onnxruntime-web/wasm");
  // More threads would be worker threads that fetch the WebAssembly once each.
  web.env.wasm.numThreads = 1;
  return await open(file, web, "wasm");
}

type Runtime = Pick<typeof import("onnxruntime-web/wasm"), "InferenceSession" | "Tensor">;

async function open(file: URL, { InferenceSession, Tensor }: Runtime, provider: string): Promise<OnnxNetwork> {
  const session = await InferenceSession.create(await readFile(file), {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (inputs) => {
    const tensors = Object.entries(inputs).map(([name, { data, shape }]) => [name, new Tensor("float32", data, shape)]);
    const outputs = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, floats(data)]));
  };
}

function floats(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError("The network gave something else than 32-bit floats.");
}
