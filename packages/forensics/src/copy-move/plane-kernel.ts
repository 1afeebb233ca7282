import { type Code, type FunctionBody, i32, v128 } from "../wasm/assembler.ts";
import { hasKernels, type Kernel, KernelModule } from "../wasm/kernel.ts";

const { f32x4 } = v128;

const wordSize = 4;

type Operation = "scale" | "addPair" | "subtract" | "markPeaks";

/** Single-precision operations on rows of numbers in one memory. All places and lengths are in bytes. */
export type PlaneKernel = Kernel<Operation>;

/** `target = weight · source`. */
const scale: FunctionBody = (build, target, source, weight, bytes) => {
  const at = build.local("i32");
  const factor = build.let(v128.load32Splat(weight!.get));
  build.repeat(at, bytes!, 16, () => {
    const value = f32x4.mul(factor, v128.load(i32.add(source!.get, at.get)));
    build.emit(v128.store(i32.add(target!.get, at.get), value));
  });
};

/** `target += weight · (left + right)`. */
const addPair: FunctionBody = (build, target, left, right, weight, bytes) => {
  const at = build.local("i32");
  const factor = build.let(v128.load32Splat(weight!.get));
  build.repeat(at, bytes!, 16, () => {
    const pair = f32x4.add(v128.load(i32.add(left!.get, at.get)), v128.load(i32.add(right!.get, at.get)));
    const place = i32.add(target!.get, at.get);
    build.emit(v128.store(place, f32x4.add(v128.load(place), f32x4.mul(factor, pair))));
  });
};

/** `target = a − b`. */
const subtract: FunctionBody = (build, target, a, b, bytes) => {
  const at = build.local("i32");
  build.repeat(at, bytes!, 16, () => {
    const value = f32x4.sub(v128.load(i32.add(a!.get, at.get)), v128.load(i32.add(b!.get, at.get)));
    build.emit(v128.store(i32.add(target!.get, at.get), value));
  });
};

/** Not 0 in `marks` where |here| ≥ least and `here` exceeds or undercuts its 8 neighbours and the levels around it. */
const markPeaks: FunctionBody = (build, marks, below, here, above, stride, least, bytes) => {
  const at = build.local("i32");
  const row = build.local("i32");
  const threshold = build.let(v128.load32Splat(least!.get));
  build.repeat(at, bytes!, 16, () => {
    const value = build.let(v128.load(i32.add(here!.get, at.get)));
    const others: Code[] = [v128.load(i32.add(below!.get, at.get)), v128.load(i32.add(above!.get, at.get))];
    build.emit(row.set(i32.add(here!.get, i32.add(at.get, i32.const(-wordSize)))));
    others.push(v128.load(row.get), v128.load(row.get, 2 * wordSize));
    const neighbours = others.map((other) => build.let(other));
    for (const sign of [-1, 1]) {
      const offset = sign === 1 ? stride!.get : [...i32.const(0), ...stride!.get, 0x6b];
      build.emit(row.set(i32.add(i32.add(here!.get, i32.add(at.get, offset)), i32.const(-wordSize))));
      for (let k = 0; k < 3; k++) neighbours.push(build.let(v128.load(row.get, k * wordSize)));
    }
    const most = neighbours.reduce((a, b) => f32x4.max(a, b));
    const fewest = neighbours.reduce((a, b) => f32x4.min(a, b));
    const isPeak = v128.or(f32x4.lessThan(most, value), f32x4.lessThan(value, fewest));
    const mask = v128.andNot(isPeak, f32x4.lessThan(f32x4.abs(value), threshold));
    build.emit(v128.store(i32.add(marks!.get, at.get), mask));
  });
};

const module = new KernelModule({ scale, addPair, subtract, markPeaks });

/** A kernel with `bytes` of memory; in plain code where WebAssembly is forbidden. */
export function planeKernel(bytes: number): PlaneKernel {
  return hasKernels ? module.instantiate(bytes) : plainPlaneKernel(bytes);
}

/** The same operations without WebAssembly. */
export function plainPlaneKernel(bytes: number): PlaneKernel {
  const memory = new ArrayBuffer(bytes);
  const numbers = new Float32Array(memory);
  const marked = new Int32Array(memory);
  const scale = (target: number, source: number, weight: number, length: number) => {
    const [to, from, factor] = [target >> 2, source >> 2, numbers[weight >> 2]!];
    for (let k = 0; k < length >> 2; k++) numbers[to + k] = factor * numbers[from + k]!;
  };
  const addPair = (target: number, left: number, right: number, weight: number, length: number) => {
    const [to, a, b, factor] = [target >> 2, left >> 2, right >> 2, numbers[weight >> 2]!];
    for (let k = 0; k < length >> 2; k++) numbers[to + k]! += factor * (numbers[a + k]! + numbers[b + k]!);
  };
  const subtract = (target: number, a: number, b: number, length: number) => {
    const [to, from, less] = [target >> 2, a >> 2, b >> 2];
    for (let k = 0; k < length >> 2; k++) numbers[to + k] = numbers[from + k]! - numbers[less + k]!;
  };
  const markPeaks = (
    marks: number,
    below: number,
    here: number,
    above: number,
    stride: number,
    least: number,
    length: number,
  ) => {
    const [down, middle, up] = [below >> 2, here >> 2, above >> 2];
    for (let k = 0; k < length >> 2; k++) {
      const isPeak = isPeakOf(numbers, middle + k, stride >> 2, numbers[down + k]!, numbers[up + k]!);
      marked[(marks >> 2) + k] = isPeak && Math.abs(numbers[middle + k]!) >= numbers[least >> 2]! ? -1 : 0;
    }
  };
  return { memory, run: { scale, addPair, subtract, markPeaks } };
}

function isPeakOf(numbers: Float32Array, i: number, width: number, below: number, above: number): boolean {
  let [most, fewest] = [Math.max(below, above), Math.min(below, above)];
  for (let row = i - width; row <= i + width; row += width) {
    for (let j = row - 1; j <= row + 1; j++) {
      if (j === i) continue;
      most = Math.max(most, numbers[j]!);
      fewest = Math.min(fewest, numbers[j]!);
    }
  }
  return numbers[i]! > most || numbers[i]! < fewest;
}
