import { afterEach, describe, expect, it, vi } from "vitest";
import { i32, v128 } from "../../src/wasm/assembler.ts";
import { hasKernels, KernelModule } from "../../src/wasm/kernel.ts";

const { f32x4, i32x4, i16x8, i8x16 } = v128;

describe.skipIf(!hasKernels)("KernelModule", () => {
  it("runs loops over vectors in a memory of its own", () => {
    const module = new KernelModule({
      double: (build, from, to, count) => {
        const i = build.local("i32");
        build.repeat(i, count!, 4, () => {
          const at = i32.shiftLeft(i.get, 2);
          const value = build.let(v128.load(i32.add(from!.get, at)));
          build.emit(v128.store(i32.add(to!.get, at), f32x4.add(value, value)));
        });
      },
    });
    const [one, other] = [module.instantiate(70_000), module.instantiate(64)];
    const input = new Float32Array(one.memory, 0, 8);
    input.set([1, -2, 3.5, 0, 1e30, 5, 6, 7]);
    one.run.double(0, 65_536, 8);
    expect([...new Float32Array(one.memory, 65_536, 8)]).toEqual([...input].map((value) => Math.fround(2 * value)));
    expect(new Float32Array(other.memory, 0, 8)).toEqual(new Float32Array(8));
  });

  it("encodes numbers of any size", () => {
    const values = [0, 1, 63, 64, -64, -65, 127, 128, 8191, -8192, 1 << 30, -(2 ** 31), 2 ** 31 - 1];
    const module = new KernelModule({
      write: (build, at) => {
        values.forEach((value, i) => {
          build.emit(v128.store(at!.get, i32x4.splat(i32.const(value)), 300 * i));
        });
      },
    });
    const { run, memory } = module.instantiate(65_536);
    run.write(4);
    expect(values.map((_, i) => new DataView(memory).getInt32(4 + 300 * i, true))).toEqual(values);
  });

  it("does what the names of its instructions say", () => {
    const bytes = (...values: number[]) => Uint8Array.from({ length: 16 }, (_, i) => values[i % values.length]!);
    const a = bytes(1, 200, 3, 255);
    const b = bytes(7, 100, 3, 255);
    const words = (data: Uint8Array) => [...new Uint16Array(data.buffer)];
    const zip = (combine: (a: number, b: number) => number) => words(a).map((value, i) => combine(value, words(b)[i]!));
    const [left, right] = [v128.load(i32.const(0)), v128.load(i32.const(16))];
    const cases = {
      and: [v128.and(left, right), zip((x, y) => x & y)],
      or: [v128.or(left, right), zip((x, y) => x | y)],
      xor: [v128.xor(left, right), zip((x, y) => x ^ y)],
      lessThanUnsigned: [i16x8.lessThanUnsigned(left, right), zip((x, y) => (x < y ? 0xffff : 0))],
      maxUnsigned: [i16x8.maxUnsigned(left, right), zip(Math.max)],
      shiftLeft: [i16x8.shiftLeft(left, 3), words(a).map((x) => (x << 3) & 0xffff)],
      shiftRightSigned: [i16x8.shiftRightSigned(left, 15), words(a).map((x) => (x >> 15 ? 0xffff : 0))],
      bitselect: [v128.bitselect(left, right, i16x8.splat(i32.const(0xff))), zip((x, y) => (x & 0xff) | (y & 0xff00))],
      load8x8Unsigned: [v128.load8x8Unsigned(i32.const(0)), [...a.subarray(0, 8)]],
      narrow: [
        i8x16.narrowI16x8Unsigned(i16x8.splat(i32.const(300)), i16x8.splat(i32.const(2))),
        [...new Array(4).fill(0xffff), ...new Array(4).fill(0x0202)],
      ],
    } as const;
    for (const [name, [code, expected]] of Object.entries(cases)) {
      const module = new KernelModule({ run: (build, out) => build.emit(v128.store(out!.get, code)) });
      const { run, memory } = module.instantiate(64);
      new Uint8Array(memory).set(a);
      new Uint8Array(memory).set(b, 16);
      run.run(32);
      expect([name, ...new Uint16Array(memory, 32, 8)]).toEqual([name, ...expected]);
    }
  });
});

describe("without WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it("the plain versions do", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    vi.resetModules();
    expect((await import("../../src/wasm/kernel.ts")).hasKernels).toBe(false);
    const { windowZeroRows } = await import("../../src/jpeg-grid/window-zeros.ts");
    const rows = windowZeroRows({ width: 9, height: 8, data: new Float32Array(72) });
    expect(Array.from(rows, (row) => [...row])).toEqual([[63, 63]]);
  });
});
