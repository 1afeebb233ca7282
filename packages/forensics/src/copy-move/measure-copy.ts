import type { Plane } from "../raster/plane.ts";
import { type AffineParts, affineParts, mapX, mapY } from "./affine.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import { densities, halfDense, type MaskedBox, statesOf, valueAt } from "./copy-mask.ts";
import type { GrownCopy } from "./grow-copy.ts";
import type { QuantizationNoise } from "./quantization-noise.ts";
import { isTwoTone } from "./two-tone.ts";

/** What tells a clone from a repetition. */
export interface CopyMeasures extends AffineParts {
  /** Pixels that agree. */
  readonly area: number;
  /** Median correlation of the residuals in the quieter half of the windows: noise repeats in a clone alone. */
  readonly quietCorrelation: number;
  /** Share of the pixels that agree where most do. */
  readonly solidity: number;
  /** Share of the region that is its own copy, as in lattices and symmetric objects. */
  readonly overlap: number;
  /** Median root mean square difference, grey values. */
  readonly difference: number;
  /** Whether the region is ink on paper: letters recur. */
  readonly isTwoTone: boolean;
  /** Median mean square difference of the windows over what two compressions leave. About 1 for a clone. */
  readonly excess: number;
}

/** Windows that are measured at most, evenly chosen. */
const mostWindows = 20_000;

/** Measures a copy on its windows. */
export function measureCopy(plane: Plane, copy: GrownCopy, noise: QuantizationNoise): CopyMeasures {
  const states = statesOf(copy);
  const every = Math.ceil(copy.area / mostWindows);
  const windows = Math.ceil(copy.area / every);
  const correlations = new Float32Array(windows);
  const energies = new Float32Array(windows);
  const differences = new Float32Array(windows);
  const excesses = new Float32Array(windows);
  const values = new Float32Array(windows);
  let [seen, count, overlapping] = [0, 0, 0];
  for (const tile of copy.tiles) {
    for (let i = 0; i < tile.states.length; i++) {
      if (tile.states[i] !== pixelStates.agrees || seen++ % every !== 0) continue;
      const [x, y] = [tile.x + (i % tileSide), tile.y + Math.floor(i / tileSide)];
      values[count] = plane.data[y * plane.width + x]!;
      correlations[count] = tile.correlations[i]!;
      energies[count] = tile.energies[i]!;
      differences[count] = tile.differences[i]!;
      const [tx, ty] = [Math.round(mapX(copy.map, x, y)), Math.round(mapY(copy.map, x, y))];
      excesses[count++] = tile.differences[i]! / (noise.at(x, y) + noise.at(tx, ty));
      const there = valueAt(states, tx, ty);
      if (there === pixelStates.agrees) overlapping++;
    }
  }
  const middle = median(energies);
  return {
    ...affineParts(copy.map),
    area: copy.area,
    quietCorrelation: median(correlations.filter((_, i) => energies[i]! <= middle)),
    solidity: solidityOf(states),
    overlap: overlapping / windows,
    difference: Math.sqrt(median(differences)),
    isTwoTone: isTwoTone(values),
    excess: median(excesses),
  };
}

function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}

function solidityOf(states: MaskedBox): number {
  const dense = densities(states, pixelStates.agrees);
  let [agreeing, differing] = [0, 0];
  for (let i = 0; i < dense.length; i++) {
    if (dense[i]! < halfDense) continue;
    if (states.data[i] === pixelStates.agrees) agreeing++;
    else if (states.data[i] === pixelStates.differs) differing++;
  }
  return agreeing === 0 ? 0 : agreeing / (agreeing + differing);
}
