import { kthSmallest } from "../raster/kth-smallest.ts";
import type { Plane } from "../raster/plane.ts";
import { boxMean, boxSum, type Reach } from "./box-sums.ts";
import type { CellSums, SumName } from "./cell-sums.ts";
import { earlierSave } from "./earlier-save.ts";
import type { TextLayer } from "./text-layer.ts";

/**
 * What is measured around each cell, and the least spread that a page is taken to have: what is smaller is rounding.
 * Logarithms are natural; the others are grey levels or shares.
 */
const leastSpreads = {
  noise: 0.08,
  coarseNoise: 0.08,
  colourNoise: 0.08,
  flat: 0.05,
  unevenness: 0.1,
  brightness: 0.4,
  red: 0.3,
  blue: 0.3,
  fringeNoise: 0.08,
  inkContrast: 0.03,
  sharpness: 0.05,
  curvature: 0.02,
  strokeWidth: 0.03,
  inkRed: 0.8,
  inkBlue: 0.8,
  rim: 0.005,
  middle: 0.02,
  inkFlat: 0.02,
  spectrum: 0.1,
  earlierSave: 0.05,
  lineContrast: 0.03,
  lineSharpness: 0.05,
  lineCurvature: 0.02,
  lineSpectrum: 0.1,
  lineNoise: 0.08,
} as const;
/** Name of a feature. */
export type FeatureName = keyof typeof leastSpreads;

/** Cells on either side that features are taken over: a letter or two, and a word. */
const reaches = { letter: [1, 1], word: [3, 1] } as const satisfies Record<string, Reach>;
/** A letter or a word. */
type ReachName = keyof typeof reaches;

/** How far each cell is from the rest of the page in one respect. */
export interface FeaturePlane {
  readonly name: FeatureName;
  readonly reach: ReachName;
  /** (value − median of the page) / spread of the page, within ±6; 0 where a cell cannot tell. */
  readonly deviations: Float32Array;
}

/** Deviations are cut off here: beyond it, all are alike. */
const mostDeviations = 6;
/** Cells around whose paper a cell's paper is compared with. */
const surroundings: Reach = [8, 8];
/** Cells around that make a line of text with its neighbours. */
const line: Reach = [14, 3];
/** Pixels of paper and of ink in 3×3 cells from which on they tell anything. */
const leastPaper = 24;
/** See {@link leastPaper}. */
export const leastInk = 10;

/** Measures a page, one feature after another, so that memory stays small. */
export function* pageFeatures(
  luma: Plane,
  layer: TextLayer,
  cells: CellSums,
  quality: number,
): Generator<FeaturePlane> {
  const dips = earlierSave(luma, layer, quality);
  for (const reach of ["letter", "word"] as const)
    for (const [name, values] of measured(cells, dips, reaches[reach], layer.inkContrast))
      yield { name, reach, deviations: standardized(values, leastSpreads[name]) };
}

type Measure = (cell: number) => number;
type Measured = readonly [name: FeatureName, values: Float32Array];

/** Values of every feature, NaN where a cell has too little paper or ink for it. */
function* measured(
  { columns, sums }: CellSums,
  dips: Float32Array,
  reach: Reach,
  inkContrast: number,
): Generator<Measured> {
  const known = new Map<SumName, Float32Array>();
  const sum = (name: SumName): Float32Array => {
    const values = known.get(name) ?? boxSum(sums[name], columns, reach);
    known.set(name, values);
    return values;
  };
  const least = ((2 * reach[0] + 1) * (2 * reach[1] + 1)) / 9;
  const [paper, ink, fringe] = [sum("paper"), sum("ink"), sum("fringe")];
  const hasPaper = (i: number) => paper[i]! >= leastPaper * least;
  const hasInk = (i: number) => ink[i]! >= leastInk * least;
  const hasFringe = (i: number) => fringe[i]! >= leastPaper;
  const plane = (isMeasured: (cell: number) => boolean, measure: Measure) => {
    const values = new Float32Array(paper.length);
    for (let i = 0; i < values.length; i++) values[i] = isMeasured(i) ? measure(i) : Number.NaN;
    return values;
  };
  const share = (name: SumName, of: SumName): Measure => {
    const [part, whole] = [sum(name), sum(of)];
    return (i) => part[i]! / whole[i]!;
  };
  /** As `share`, finite where there is nothing to share. */
  const damped = (name: SumName, of: SumName): Measure => {
    const [part, whole] = [sum(name), sum(of)];
    return (i) => part[i]! / (whole[i]! + 1);
  };
  /** Logarithm of a ratio. */
  const ratio = (name: SumName, to: SumName, floor: number): Measure => {
    const [above, below] = [sum(name), sum(to)];
    return (i) => Math.log((above[i]! + floor) / (below[i]! + floor));
  };
  const level = (name: SumName): Measure => {
    const [own, around] = [share(name, "paper"), boxSum(sums[name], columns, surroundings)];
    const count = boxSum(sums.paper, columns, surroundings);
    return (i) => own(i) - around[i]! / count[i]!;
  };
  const againstLine = (values: Float32Array) => {
    const around = boxMean(values, columns, line);
    return values.map((value, i) => value - around[i]!);
  };

  const noise = plane(hasPaper, log(share("paperNoise", "paper"), 0.05));
  yield ["noise", noise];
  yield ["coarseNoise", plane(hasPaper, log(share("paperCoarseNoise", "paper"), 0.05))];
  yield ["colourNoise", plane(hasPaper, log(share("paperColourNoise", "paper"), 0.05))];
  yield ["flat", plane(hasPaper, share("paperFlat", "paper"))];
  yield ["unevenness", plane(hasPaper, log(share("paperContrast", "paper"), 0.3))];
  yield ["brightness", plane(hasPaper, level("paperLuma"))];
  yield ["red", plane(hasPaper, level("paperRed"))];
  yield ["blue", plane(hasPaper, level("paperBlue"))];
  yield ["fringeNoise", plane(hasFringe, log(share("fringeNoise", "fringe"), 0.05))];

  const contrast = share("contrast3", "contrast2");
  const inkContrastPlane = plane(hasInk, log(contrast, 1));
  yield ["inkContrast", inkContrastPlane];
  const steepest = share("gradient4", "gradient2");
  const sharpness = plane(hasInk, (i) => Math.log((steepest(i) + 1) / (contrast(i) ** 2 + 1)) / 2);
  yield ["sharpness", sharpness];
  const curvature = plane(hasInk, ratio("curvature", "gradient1", 1));
  yield ["curvature", curvature];
  yield ["strokeWidth", plane(hasInk, log(damped("ink", "inkEdge"), 0))];
  yield ["inkRed", plane((i) => hasInk(i) && hasPaper(i), tint(share("inkRed", "ink"), share("paperRed", "paper")))];
  yield ["inkBlue", plane((i) => hasInk(i) && hasPaper(i), tint(share("inkBlue", "ink"), share("paperBlue", "paper")))];
  const rim = damped("rimContrast", "rim");
  yield ["rim", plane(hasInk, (i) => rim(i) / inkContrast)];
  yield ["middle", plane(hasInk, damped("middle", "inked"))];
  yield ["inkFlat", plane(hasInk, damped("inkedFlat", "inked"))];
  const spectrum = plane(hasInk, ratio("highEnergy", "lowEnergy", 10));
  yield ["spectrum", spectrum];
  yield ["earlierSave", boxMean(dips, columns, reach)];

  yield ["lineContrast", againstLine(inkContrastPlane)];
  yield ["lineSharpness", againstLine(sharpness)];
  yield ["lineCurvature", againstLine(curvature)];
  yield ["lineSpectrum", againstLine(spectrum)];
  yield ["lineNoise", againstLine(noise)];
}

function log(measure: Measure, floor: number): Measure {
  return (i) => Math.log(measure(i) + floor);
}

/** Colour of ink less that of paper; a share of it, because luma holds the rest. */
function tint(ofInk: Measure, ofPaper: Measure): Measure {
  return (i) => ofInk(i) - 0.6 * ofPaper(i);
}

function standardized(values: Float32Array, least: number): Float32Array {
  const out = new Float32Array(values.length);
  const known = new Float32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) known[count++] = values[i]!;
  if (count === 0) return out;
  const measured = known.subarray(0, count);
  const middle = kthSmallest(measured, count >> 1);
  for (let i = 0; i < count; i++) measured[i] = Math.abs(measured[i]! - middle);
  const spread = Math.max(least, 1.4826 * kthSmallest(measured, count >> 1));
  for (let i = 0; i < values.length; i++) {
    const deviation = (values[i]! - middle) / spread;
    if (!Number.isNaN(deviation)) out[i] = Math.max(-mostDeviations, Math.min(mostDeviations, deviation));
  }
  return out;
}
