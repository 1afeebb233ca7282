import { dctScale } from "../raster/dct.ts";

const single = Math.fround;

/** The factors of `scaledDct8` in single precision. */
export const factors = {
  cos4: single(Math.SQRT1_2),
  sin2: single(Math.sin(Math.PI / 8)),
  cos2MinusSin2: single(Math.cos(Math.PI / 8) - Math.sin(Math.PI / 8)),
  cos2PlusSin2: single(Math.cos(Math.PI / 8) + Math.sin(Math.PI / 8)),
} as const;

/** |scaled coefficient| below which the orthonormal one is below 0.5, at 8·v + u; the DC coefficient never counts. */
export const zeroCuts: Readonly<Float32Array> = Float32Array.from(dctScale, (scale, i) => (i === 0 ? 0 : 0.5 / scale));

/** `scaledDct8` of raster/dct with every step rounded to single precision: what vectors of floats compute. In place. */
export function transformOfEight(data: Float32Array): void {
  const { cos4, sin2, cos2MinusSin2, cos2PlusSin2 } = factors;
  const s0 = single(data[0]! + data[7]!);
  const d0 = single(data[0]! - data[7]!);
  const s1 = single(data[1]! + data[6]!);
  const d1 = single(data[1]! - data[6]!);
  const s2 = single(data[2]! + data[5]!);
  const d2 = single(data[2]! - data[5]!);
  const s3 = single(data[3]! + data[4]!);
  const d3 = single(data[3]! - data[4]!);

  const e0 = single(s0 + s3);
  const e3 = single(s0 - s3);
  const e1 = single(s1 + s2);
  const r0 = single(single(single(s1 - s2) + e3) * cos4);
  data[0] = e0 + e1;
  data[4] = e0 - e1;
  data[2] = e3 + r0;
  data[6] = e3 - r0;

  const o0 = single(d3 + d2);
  const o2 = single(d1 + d0);
  const r1 = single(single(d2 + d1) * cos4);
  const r2 = single(single(o0 - o2) * sin2);
  const r3 = single(single(o0 * cos2MinusSin2) + r2);
  const r4 = single(single(o2 * cos2PlusSin2) + r2);
  const p = single(d0 + r1);
  const q = single(d0 - r1);
  data[5] = q + r3;
  data[3] = q - r3;
  data[1] = p + r4;
  data[7] = p - r4;
}
