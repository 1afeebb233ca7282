import { type FunctionBody, i32, v128 } from "../wasm/assembler.ts";
import { hasKernels, type Kernel, KernelModule } from "../wasm/kernel.ts";

/** Numbers of a vector of waves: a cosine and a sine for each of up to 16 steps. */
export const waveLength = 32;

/** Adds vectors of {@link waveLength} single-precision numbers in one memory. Places and lengths are in bytes. */
export type WaveKernel = Kernel<"addWaves">;

const vectorBytes = 4 * waveLength;
const pairBytes = 8;

/** `target += source` for each pair of 32-bit places (source, target), one after another. */
const addWaves: FunctionBody = (build, pairs, bytes) => {
  const at = build.local("i32");
  const [source, target] = [build.local("i32"), build.local("i32")];
  build.repeat(at, bytes!, pairBytes, () => {
    const pair = i32.add(pairs!.get, at.get);
    build.emit(source.set(i32.load(pair)), target.set(i32.load(pair, 4)));
    for (let k = 0; k < vectorBytes; k += 16) {
      const sum = v128.f32x4.add(v128.load(target.get, k), v128.load(source.get, k));
      build.emit(v128.store(target.get, sum, k));
    }
  });
};

const module = new KernelModule({ addWaves });

/** A kernel with `bytes` of memory; in plain code where WebAssembly is forbidden. */
export function waveKernel(bytes: number): WaveKernel {
  return hasKernels ? module.instantiate(bytes) : plainWaveKernel(bytes);
}

/** The same without WebAssembly. */
export function plainWaveKernel(bytes: number): WaveKernel {
  const memory = new ArrayBuffer(bytes);
  const [numbers, places] = [new Float32Array(memory), new Int32Array(memory)];
  const addWaves = (pairs: number, length: number) => {
    for (let i = pairs >> 2; i < (pairs + length) >> 2; i += 2) {
      const [source, target] = [places[i]! >> 2, places[i + 1]! >> 2];
      for (let k = 0; k < waveLength; k++) numbers[target + k]! += numbers[source + k]!;
    }
  };
  return { memory, run: { addWaves } };
}
