import { kthSmallest } from "../raster/kth-smallest.ts";
import { boxSum } from "./box-sums.ts";
import { type CellSums, cellSide } from "./cell-sums.ts";

/** Cells on either side that must be flat with a cell. */
const reach = [1, 1] as const;
const fullWindow = 9 * cellSide ** 2;
/** Share of the window that must be paper, and of this paper that must equal its neighbours. */
const [leastPaperShare, leastFlatShare] = [0.9, 0.97];
/** Share of equal neighbours that nine tenths of a page may reach whose paper has grain everywhere. */
const mostFlatPage = 0.5;
/** Brighter and darker paper may be flat because a sensor or scanner ends there. */
const [darkest, brightest] = [6, 249];

/**
 * 1 for cells amid paper of exactly one colour on a page whose paper has grain elsewhere, 0 for others: no camera and no
 * scanner makes such a patch, a brush does. A page that is flat in more than a tenth of its places has none.
 */
export function flatPatches({ columns, sums }: CellSums): Uint8Array {
  const paper = boxSum(sums.paper, columns, reach);
  const flat = boxSum(sums.paperFlat, columns, reach);
  const luma = boxSum(sums.paperLuma, columns, reach);
  const out = new Uint8Array(paper.length);
  const shares = new Float32Array(paper.length);
  let count = 0;
  for (let i = 0; i < paper.length; i++)
    if (paper[i]! >= leastPaperShare * fullWindow) shares[count++] = flat[i]! / paper[i]!;
  if (count === 0) return out;
  if (kthSmallest(shares.subarray(0, count), Math.floor(0.9 * count)) > mostFlatPage) return out;
  for (let i = 0; i < out.length; i++) {
    const mean = luma[i]! / paper[i]!;
    const isFlat = paper[i]! >= leastPaperShare * fullWindow && flat[i]! >= leastFlatShare * paper[i]!;
    if (isFlat && mean >= darkest && mean <= brightest) out[i] = 1;
  }
  return out;
}
