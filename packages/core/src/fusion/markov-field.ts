import type { Heatmap } from "../detection/detection.ts";
import type { HeatmapPolicy } from "./policy.ts";

/** Sweeps end early once no cell moves by more than this, on the scale −1 … 1. */
const settled = 1e-3;

/**
 * Turns log-odds by cell into probabilities, in place, as the mean field of an Ising model with four neighbours: each
 * cell's expected sign is `s = tanh((log-odds + β·Σ s of its neighbours) / 2)` (Koller & Friedman 2009, 11.5.1). Specks
 * without neighbours vanish, holes close. Cells of one colour of the chessboard are settled before those of the other,
 * so that the result does not lean towards the end of the scan; time is linear in cells for each sweep.
 */
export function regularise(
  map: Heatmap,
  { neighbour_log_odds, sweeps }: Pick<HeatmapPolicy, "neighbour_log_odds" | "sweeps">,
): void {
  const { data } = map;
  const signs = data.map((logOdds) => Math.tanh(logOdds / 2));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const moved = [0, 1].map((colour) => settle(signs, map, neighbour_log_odds, colour));
    if (Math.max(...moved) < settled) break;
  }
  for (let i = 0; i < data.length; i++) data[i] = (1 + signs[i]!) / 2;
}

/** Settles the cells of one colour. @returns the largest step. */
function settle(signs: Float32Array, { width, height, data }: Heatmap, coupling: number, colour: number): number {
  let largest = 0;
  for (let y = 0; y < height; y++) {
    for (let x = (y + colour) & 1; x < width; x += 2) {
      const i = y * width + x;
      let neighbours = 0;
      if (x > 0) neighbours += signs[i - 1]!;
      if (x + 1 < width) neighbours += signs[i + 1]!;
      if (y > 0) neighbours += signs[i - width]!;
      if (y + 1 < height) neighbours += signs[i + width]!;
      const sign = Math.tanh((data[i]! + coupling * neighbours) / 2);
      const step = Math.abs(sign - signs[i]!);
      if (step > largest) largest = step;
      signs[i] = sign;
    }
  }
  return largest;
}
