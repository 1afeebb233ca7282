import { zigzagToNatural } from "./zigzag.ts";

/** ITU-T T.81, table K.1, in zigzag order. */
const luminanceZigzag = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
];

const tables = new Map<number, Uint16Array>();

/**
 * The luma quantisation table of the IJG library at a quality of 1–100, natural order:
 * `clip((K.1·scale + 50) / 100, 1, 255)` with `scale = 5000/q` below 50 and `200 − 2q` from 50 (libjpeg, jcparam.c).
 */
export function ijgLumaTable(quality: number): Uint16Array {
  const known = tables.get(quality);
  if (known) return known;
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const table = new Uint16Array(64);
  for (let k = 0; k < 64; k++) {
    const step = Math.floor((luminanceZigzag[k]! * scale + 50) / 100);
    table[zigzagToNatural[k]!] = Math.min(255, Math.max(1, step));
  }
  tables.set(quality, table);
  return table;
}

/** The IJG quality whose luma table differs least (sum of absolute differences), and whether it is the very table. */
export function estimateQuality(lumaTable: Uint16Array): { estimate: number; exact: boolean } {
  let estimate = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let quality = 1; quality <= 100; quality++) {
    const table = ijgLumaTable(quality);
    let difference = 0;
    for (let i = 0; i < 64; i++) difference += Math.abs(table[i]! - lumaTable[i]!);
    if (difference < least) [estimate, least] = [quality, difference];
  }
  return { estimate, exact: least === 0 };
}
