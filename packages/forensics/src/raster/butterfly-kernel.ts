import { type FunctionBody, i32, v128 } from "../wasm/assembler.ts";
import { hasKernels, type Kernel, KernelModule } from "../wasm/kernel.ts";

/** Steps of a Fourier transform on rows of double-precision numbers in one memory. Places and lengths are in bytes. */
export type ButterflyKernel = Kernel<"butterflies">;

/**
 * Two rows a and b of complex numbers become `a + wb` and `a − wb`. The imaginary parts lie `imaginary` bytes behind the
 * real ones; `wave` holds the real and the imaginary part of w.
 */
const butterflies: FunctionBody = (build, a, b, imaginary, wave, bytes) => {
  const { add, sub, mul } = v128.f64x2;
  const at = build.local("i32");
  const [left, right] = [build.local("i32"), build.local("i32")];
  const [leftImaginary, rightImaginary] = [build.local("i32"), build.local("i32")];
  const [c, s] = [build.let(v128.load64Splat(wave!.get)), build.let(v128.load64Splat(wave!.get, 8))];
  build.repeat(at, bytes!, 16, () => {
    build.emit(left.set(i32.add(a!.get, at.get)), right.set(i32.add(b!.get, at.get)));
    build.emit(leftImaginary.set(i32.add(left.get, imaginary!.get)));
    build.emit(rightImaginary.set(i32.add(right.get, imaginary!.get)));
    const [re, im] = [build.let(v128.load(right.get)), build.let(v128.load(rightImaginary.get))];
    const turnedRe = build.let(sub(mul(re, c), mul(im, s)));
    const turnedIm = build.let(add(mul(re, s), mul(im, c)));
    const [leftRe, leftIm] = [build.let(v128.load(left.get)), build.let(v128.load(leftImaginary.get))];
    build.emit(v128.store(right.get, sub(leftRe, turnedRe)));
    build.emit(v128.store(rightImaginary.get, sub(leftIm, turnedIm)));
    build.emit(v128.store(left.get, add(leftRe, turnedRe)));
    build.emit(v128.store(leftImaginary.get, add(leftIm, turnedIm)));
  });
};

const module = new KernelModule({ butterflies });

/** A kernel with `bytes` of memory; in plain code where WebAssembly is forbidden. */
export function butterflyKernel(bytes: number): ButterflyKernel {
  return hasKernels ? module.instantiate(bytes) : plainButterflyKernel(bytes);
}

/** The same without WebAssembly. */
export function plainButterflyKernel(bytes: number): ButterflyKernel {
  const memory = new ArrayBuffer(bytes);
  const numbers = new Float64Array(memory);
  const butterflies = (a: number, b: number, imaginary: number, wave: number, length: number) => {
    const [c, s] = [numbers[wave >> 3]!, numbers[(wave >> 3) + 1]!];
    for (let i = a >> 3, j = b >> 3; i < (a + length) >> 3; i++, j++) {
      const [k, l] = [i + (imaginary >> 3), j + (imaginary >> 3)];
      const re = numbers[j]! * c - numbers[l]! * s;
      const im = numbers[j]! * s + numbers[l]! * c;
      numbers[j] = numbers[i]! - re;
      numbers[l] = numbers[k]! - im;
      numbers[i]! += re;
      numbers[k]! += im;
    }
  };
  return { memory, run: { butterflies } };
}
