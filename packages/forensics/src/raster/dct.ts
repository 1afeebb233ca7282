import type { Plane } from "./plane.ts";

const cos4 = Math.SQRT1_2;
const sin2 = Math.sin(Math.PI / 8);
const cos2MinusSin2 = Math.cos(Math.PI / 8) - sin2;
const cos2PlusSin2 = Math.cos(Math.PI / 8) + sin2;

/** What {@link scaledDct8} leaves out, squared: the scaled coefficient is `sqrt(norm8[k])` times the orthonormal one. */
const norm8 = Float64Array.from({ length: 8 }, (_, k) => (k % 4 === 0 ? 8 : 16 * Math.cos((k * Math.PI) / 16) ** 2));

/**
 * Factors that make twice-applied {@link scaledDct8} orthonormal, at 8·v + u.
 * One square root for both directions keeps 1/8 exact where both frequencies are 0 or 4.
 */
export const dctScale: Readonly<Float64Array> = Float64Array.from(
  { length: 64 },
  (_, i) => 1 / Math.sqrt(norm8[i >> 3]! * norm8[i & 7]!),
);

/**
 * 8-point DCT-II in place, up to one positive factor per frequency (see {@link dctScale}): 29 additions, 5 products.
 * Constant input gives exact zeros; the order of summation is fixed, so results are the same everywhere.
 *
 * Source: Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images", Trans. IEICE E71(11), 1988.
 *
 * @param data Samples at `at + k·stride`, k = 0…7, replaced by the coefficients of frequency k.
 */
function scaledDct8(data: Float64Array, at: number, stride: number): void {
  const at1 = at + stride;
  const at2 = at1 + stride;
  const at3 = at2 + stride;
  const at4 = at3 + stride;
  const at5 = at4 + stride;
  const at6 = at5 + stride;
  const at7 = at6 + stride;
  const s0 = data[at]! + data[at7]!;
  const d0 = data[at]! - data[at7]!;
  const s1 = data[at1]! + data[at6]!;
  const d1 = data[at1]! - data[at6]!;
  const s2 = data[at2]! + data[at5]!;
  const d2 = data[at2]! - data[at5]!;
  const s3 = data[at3]! + data[at4]!;
  const d3 = data[at3]! - data[at4]!;

  const e0 = s0 + s3;
  const e3 = s0 - s3;
  const e1 = s1 + s2;
  const r0 = (s1 - s2 + e3) * cos4;
  data[at] = e0 + e1;
  data[at4] = e0 - e1;
  data[at2] = e3 + r0;
  data[at6] = e3 - r0;

  const o0 = d3 + d2;
  const o2 = d1 + d0;
  const r1 = (d2 + d1) * cos4;
  const r2 = (o0 - o2) * sin2;
  const r3 = o0 * cos2MinusSin2 + r2;
  const r4 = o2 * cos2PlusSin2 + r2;
  const p = d0 + r1;
  const q = d0 - r1;
  data[at5] = q + r3;
  data[at3] = q - r3;
  data[at1] = p + r4;
  data[at7] = p - r4;
}

/**
 * Orthonormal 8×8 DCT-II of the block whose top left pixel is (x, y), as in ITU-T T.81, A.3.3.
 *
 * @param out 64 coefficients in natural order: horizontal frequency u, vertical frequency v at 8·v + u; out[0] = 8·mean.
 */
export function blockDct({ width, data }: Plane, x: number, y: number, out: Float64Array): void {
  for (let v = 0, i = 0; v < 8; v++) {
    const row = (y + v) * width + x;
    for (let u = 0; u < 8; u++, i++) out[i] = data[row + u]!;
    scaledDct8(out, 8 * v, 1);
  }
  for (let u = 0; u < 8; u++) scaledDct8(out, u, 8);
  for (let i = 0; i < 64; i++) out[i]! *= dctScale[i]!;
}
