import { boxSum } from "./box-sums.ts";
import type { CellSums } from "./cell-sums.ts";
import { flatPatches } from "./flat-patches.ts";
import { type FeatureName, type FeaturePlane, leastInk } from "./page-features.ts";
import weights from "./weights.json" with { type: "json" };

/** What a reader can understand of a difference. */
export const traits = {
  grain: "the grain of the paper",
  paper: "the colour of the paper",
  ink: "the colour of the ink",
  edges: "the edges of the letters",
  history: "the earlier JPEG compression",
} as const;
/** One of {@link traits}. */
export type Trait = keyof typeof traits;

const traitOf: Readonly<Record<FeatureName, Trait>> = {
  noise: "grain",
  coarseNoise: "grain",
  colourNoise: "grain",
  flat: "grain",
  unevenness: "grain",
  brightness: "paper",
  red: "paper",
  blue: "paper",
  fringeNoise: "grain",
  inkContrast: "ink",
  sharpness: "edges",
  curvature: "edges",
  strokeWidth: "edges",
  inkRed: "ink",
  inkBlue: "ink",
  rim: "edges",
  middle: "edges",
  inkFlat: "edges",
  spectrum: "edges",
  earlierSave: "history",
  lineContrast: "ink",
  lineSharpness: "edges",
  lineCurvature: "edges",
  lineSpectrum: "edges",
  lineNoise: "grain",
};

/** Evidence of an edit for each cell of a page. */
export interface EditEvidence {
  readonly columns: number;
  readonly rows: number;
  /** Log-odds of a logistic regression, averaged over a letter or two; 0 is not "even": see {@link alarmLevel}. */
  readonly logOdds: Float32Array;
  /** What each trait adds to it. */
  readonly parts: Readonly<Record<Trait, Float32Array>>;
}

/** Log-odds from which on a cell is marked: chosen on untouched pages. */
export const alarmLevel: number = weights.alarmLevel;

/** Log-odds that a patch of exactly one colour adds amid grainy paper: by rule, twice the level of an alarm. */
const flatPatch = 2 * alarmLevel;

/** Adds up the deviations of a page, each weighed by the fit of `training/text-edit`, and what {@link flatPatches} finds. */
export function editEvidence(cells: CellSums, planes: Iterable<FeaturePlane>): EditEvidence {
  const { columns, rows, sums } = cells;
  const plane = () => new Float32Array(columns * rows);
  const parts = { grain: plane(), paper: plane(), ink: plane(), edges: plane(), history: plane() };
  for (const { name, reach, deviations } of planes) {
    const [above, below] = weights.features[name][reach] as [number, number];
    const part = parts[traitOf[name]];
    for (let i = 0; i < part.length; i++) {
      const deviation = deviations[i]!;
      part[i]! += deviation > 0 ? above * deviation : -below * deviation;
    }
  }
  const patches = flatPatches(cells);
  for (let i = 0; i < patches.length; i++) parts.grain[i]! += flatPatch * patches[i]!;
  const ink = boxSum(sums.ink, columns, [1, 1]);
  const total = ink.map((count) => (count >= leastInk ? weights.text : weights.paper));
  for (const part of Object.values(parts)) for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
  const around = boxSum(new Float32Array(total.length).fill(1), columns, smoothing);
  const logOdds = boxSum(total, columns, smoothing).map((value, i) => value / around[i]!);
  return { columns, rows, logOdds, parts };
}

/** Cells on either side that log-odds are averaged over. */
const smoothing = [2, 1] as const;
