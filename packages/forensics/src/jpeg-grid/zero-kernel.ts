import type { Plane } from "../raster/plane.ts";
import { type Code, type FunctionBody, i32, v128 } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernel.ts";
import { factors, zeroCuts } from "./single-precision-dct.ts";

const { f32x4, i32x4, i16x8, i8x16 } = v128;
const { add, sub, mul } = f32x4;

/** `transformOfEight` of four neighbouring positions at once; the same steps in the same order. */
function transform(input: readonly Code[], keep: (value: Code) => Code): Code[] {
  const [cos4, sin2, cos2MinusSin2, cos2PlusSin2] = [
    f32x4.splat(factors.cos4),
    f32x4.splat(factors.sin2),
    f32x4.splat(factors.cos2MinusSin2),
    f32x4.splat(factors.cos2PlusSin2),
  ];
  const [a0, a1, a2, a3, a4, a5, a6, a7] = input.map(keep) as [Code, Code, Code, Code, Code, Code, Code, Code];
  const s0 = keep(add(a0, a7));
  const d0 = keep(sub(a0, a7));
  const s1 = keep(add(a1, a6));
  const d1 = keep(sub(a1, a6));
  const s2 = keep(add(a2, a5));
  const d2 = keep(sub(a2, a5));
  const s3 = keep(add(a3, a4));
  const d3 = keep(sub(a3, a4));

  const e0 = keep(add(s0, s3));
  const e3 = keep(sub(s0, s3));
  const e1 = keep(add(s1, s2));
  const r0 = keep(mul(add(sub(s1, s2), e3), cos4));

  const o0 = keep(add(d3, d2));
  const o2 = keep(add(d1, d0));
  const r1 = keep(mul(add(d2, d1), cos4));
  const r2 = keep(mul(sub(o0, o2), sin2));
  const r3 = keep(add(mul(o0, cos2MinusSin2), r2));
  const r4 = keep(add(mul(o2, cos2PlusSin2), r2));
  const p = keep(add(d0, r1));
  const q = keep(sub(d0, r1));
  return [add(e0, e1), add(p, r4), add(e3, r0), sub(q, r3), sub(e0, e1), add(q, r3), sub(e3, r0), sub(p, r4)];
}

/**
 * Horizontal transforms of four positions at a time: `out` takes eight vectors for each, frequency by frequency.
 * Rows are padded to a multiple of four windows.
 */
const transformRow: FunctionBody = (build, row, out, windows) => {
  const x = build.local("i32");
  const from = build.local("i32");
  const to = build.local("i32");
  build.repeat(x, windows, 4, () => {
    build.emit(from.set(i32.add(row.get, i32.shiftLeft(x.get, 2))), to.set(i32.add(out.get, i32.shiftLeft(x.get, 5))));
    const samples = Array.from({ length: 8 }, (_, i) => v128.load(from.get, 4 * i));
    const frequencies = transform(samples, (value) => build.let(value));
    frequencies.forEach((value, u) => {
      build.emit(v128.store(to.get, value, 16 * u));
    });
  });
};

/** Vertical transforms of eight transformed rows, top to bottom, and the number of small coefficients, a byte a window. */
const countZeros: FunctionBody = (build, r0, r1, r2, r3, r4, r5, r6, r7, cuts, out, windows) => {
  const x = build.local("i32");
  const count = build.local("v128");
  const rows = [r0, r1, r2, r3, r4, r5, r6, r7].map((row) => ({ row, at: build.local("i32") }));
  build.repeat(x, windows, 4, () => {
    build.emit(count.set(i32x4.splat(i32.const(0))));
    for (const { row, at } of rows) build.emit(at.set(i32.add(row!.get, i32.shiftLeft(x.get, 5))));
    for (let u = 0; u < 8; u++) {
      const column = rows.map(({ at }) => v128.load(at.get, 16 * u));
      for (const [v, value] of transform(column, (value) => build.let(value)).entries()) {
        const isSmall = f32x4.lessThan(f32x4.abs(value), v128.load32Splat(cuts.get, 4 * (8 * v + u)));
        // A lane of a comparison that holds is −1.
        build.emit(count.set(i32x4.sub(count.get, isSmall)));
      }
    }
    const words = build.let(i16x8.narrowI32x4Unsigned(count.get, count.get));
    build.emit(v128.storeLow32(i32.add(out.get, x.get), i8x16.narrowI16x8Unsigned(words, words)));
  });
};

const kernel = new KernelModule({ transformRow, countZeros });

/** `windowZeroRows` on vectors of four. */
export function* zeroRowsByKernel({ width, height, data }: Plane): Generator<Uint8Array> {
  const windows = width - 7;
  const padded = 4 * Math.ceil(windows / 4);
  const [slotBytes, cutsAt] = [32 * padded, 8 * 32 * padded];
  const rowAt = cutsAt + 4 * zeroCuts.length;
  const zerosAt = rowAt + 4 * (padded + 8);
  const { run, memory } = kernel.instantiate(zerosAt + padded);
  new Float32Array(memory, cutsAt, zeroCuts.length).set(zeroCuts);
  const row = new Float32Array(memory, rowAt, width);
  const zeros = new Uint8Array(memory, zerosAt, windows);
  for (let y = 0; y < height; y++) {
    row.set(data.subarray(y * width, (y + 1) * width));
    run.transformRow(rowAt, (y & 7) * slotBytes, windows);
    if (y < 7) continue;
    const slot = (i: number) => ((y + 1 + i) & 7) * slotBytes;
    run.countZeros(slot(0), slot(1), slot(2), slot(3), slot(4), slot(5), slot(6), slot(7), cutsAt, zerosAt, windows);
    yield zeros;
  }
}
