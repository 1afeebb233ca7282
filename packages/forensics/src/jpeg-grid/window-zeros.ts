import { dctScale, scaledDct8 } from "../raster/dct.ts";
import type { Plane } from "../raster/plane.ts";

const cos4 = Math.SQRT1_2;
const sin2 = Math.sin(Math.PI / 8);
const cos2MinusSin2 = Math.cos(Math.PI / 8) - sin2;
const cos2PlusSin2 = Math.cos(Math.PI / 8) + sin2;

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

function eight<T>(make: (i: number) => T): Eight<T> {
  return [make(0), make(1), make(2), make(3), make(4), make(5), make(6), make(7)];
}

/** |scaled coefficient| below which the orthonormal one is below 0.5, at 8·v + u; the DC coefficient never counts. */
const cut = dctScale.map((scale, i) => (i === 0 ? 0 : 0.5 / scale));

/**
 * For every 8×8 window of the plane, the number of its 63 AC coefficients with |coefficient| < 0.5.
 *
 * Windows that overlap vertically share the transforms of their rows: one horizontal DCT per pixel, then eight
 * vertical ones per window.
 *
 * @returns One array per row of windows, top to bottom; entry x is the window whose left column is x.
 * The same array is yielded each time: use it before asking for the next.
 */
export function* windowZeroRows(plane: Plane): Generator<Uint8Array> {
  const windows = plane.width - 7;
  const ring = eight(() => eight(() => new Float64Array(windows)));
  const zeros = new Uint8Array(windows);
  for (let y = 0; y < plane.height; y++) {
    transformRow(plane, y, ring[y & 7]!);
    if (y < 7) continue;
    zeros.fill(0);
    for (let u = 0; u < 8; u++) addColumnZeros(ring, y - 7, u, zeros);
    yield zeros;
  }
}

/** Horizontal DCT at every position of row y: `out[u][x]` is frequency u of the pixels x … x + 7. */
function transformRow({ width, data }: Plane, y: number, out: Eight<Float64Array>): void {
  const [out0, out1, out2, out3, out4, out5, out6, out7] = out;
  const samples = new Float64Array(8);
  for (let x = 0, from = y * width; x < out0.length; x++, from++) {
    for (let i = 0; i < 8; i++) samples[i] = data[from + i]!;
    scaledDct8(samples, 0, 1);
    out0[x] = samples[0]!;
    out1[x] = samples[1]!;
    out2[x] = samples[2]!;
    out3[x] = samples[3]!;
    out4[x] = samples[4]!;
    out5[x] = samples[5]!;
    out6[x] = samples[6]!;
    out7[x] = samples[7]!;
  }
}

/**
 * Vertical DCT of frequency u for the windows whose top row is `top`, adding up the small coefficients.
 * The steps of `scaledDct8` (see there), kept in local variables: this loop runs 8 times per pixel of the image.
 */
function addColumnZeros(ring: Eight<Eight<Float64Array>>, top: number, u: number, zeros: Uint8Array): void {
  const [row0, row1, row2, row3, row4, row5, row6, row7] = eight((i) => ring[(top + i) & 7]![u]!);
  const [cut0, cut1, cut2, cut3, cut4, cut5, cut6, cut7] = eight((v) => cut[8 * v + u]!);
  for (let x = 0; x < zeros.length; x++) {
    const s0 = row0[x]! + row7[x]!;
    const d0 = row0[x]! - row7[x]!;
    const s1 = row1[x]! + row6[x]!;
    const d1 = row1[x]! - row6[x]!;
    const s2 = row2[x]! + row5[x]!;
    const d2 = row2[x]! - row5[x]!;
    const s3 = row3[x]! + row4[x]!;
    const d3 = row3[x]! - row4[x]!;

    const e0 = s0 + s3;
    const e3 = s0 - s3;
    const e1 = s1 + s2;
    const r0 = (s1 - s2 + e3) * cos4;

    const o0 = d3 + d2;
    const o2 = d1 + d0;
    const r1 = (d2 + d1) * cos4;
    const r2 = (o0 - o2) * sin2;
    const r3 = o0 * cos2MinusSin2 + r2;
    const r4 = o2 * cos2PlusSin2 + r2;
    const p = d0 + r1;
    const q = d0 - r1;

    // Adding up comparisons compiles to code without jumps, twice as fast as `if`.
    zeros[x]! +=
      +(Math.abs(e0 + e1) < cut0) +
      +(Math.abs(p + r4) < cut1) +
      +(Math.abs(e3 + r0) < cut2) +
      +(Math.abs(q - r3) < cut3) +
      +(Math.abs(e0 - e1) < cut4) +
      +(Math.abs(q + r3) < cut5) +
      +(Math.abs(e3 - r0) < cut6) +
      +(Math.abs(p - r4) < cut7);
  }
}
