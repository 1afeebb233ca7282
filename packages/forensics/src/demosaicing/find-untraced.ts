import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { GreenPrediction } from "./green-prediction.ts";

/** What the lattices of the green channel say about an image. */
export interface DemosaicingReading {
  /** Median log-ratio of the image in favour of the measured lattice, in nats; ≥ 0. */
  readonly trace: number;
  /** Share of the cells with texture, 0–1. */
  readonly texturedShare: number;
  /** Share of the textured cells that carry the trace, 0–1. */
  readonly tracedShare: number;
  /** Log-likelihood ratio of every cell for having no trace, in nats; 0 where texture is missing. */
  readonly logLikelihoodRatio: Float32Array;
  /** Regions of textured cells without the trace, largest first. */
  readonly regions: readonly ConnectedRegion[];
}

/** Cells per side of the square over which log-ratios are averaged. */
const smoothing = 3;
/** Nats; no cell says more: tails are heavier than a Gaussian's. */
const mostNats = 20;
/** Cells; a smaller region is chance. */
const fewestCells = 9;
const largestShare = 0.4;
/** Mean nats of a region that lacks the trace. */
const leastNats = 3;

/** Tells the textured cells that lack the trace of the rest: the likelihood of no trace against that of the usual one. */
export function findUntraced({ width, height, logRatio }: GreenPrediction): DemosaicingReading {
  const textured = logRatio.filter((value) => !Number.isNaN(value));
  const sign = medianOf(textured) < 0 ? -1 : 1;
  const smooth = smoothed(logRatio, width, height, sign);
  const known = smooth.filter((value) => !Number.isNaN(value));
  const trace = medianOf(known);
  const spread = Math.max(0.02, 1.4826 * medianOf(known.map((value) => Math.abs(value - trace))));
  // A trace on the other lattice is as foreign as none.
  const nats = smooth.map((value) => {
    if (Number.isNaN(value)) return 0;
    const ratio = ((value - trace) ** 2 - Math.max(0, value) ** 2) / (2 * spread ** 2);
    return value > trace ? -mostNats : Math.max(-mostNats, Math.min(mostNats, ratio));
  });
  const mask = Uint8Array.from(nats, (value) => (value > 0 ? 1 : 0));
  const regions = connectedRegions(mask, width, height).filter(
    ({ area, cells }) => area >= fewestCells && area <= largestShare * known.length && meanOf(nats, cells) >= leastNats,
  );
  return {
    trace,
    texturedShare: logRatio.length === 0 ? 0 : textured.length / logRatio.length,
    tracedShare: 1 - mask.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length),
    logLikelihoodRatio: nats,
    regions,
  };
}

/** Mean over the textured cells of a square; NaN where less than half of it is textured. */
function smoothed(values: Float32Array, width: number, height: number, sign: number): Float32Array {
  const reach = smoothing >> 1;
  return Float32Array.from(values, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let [sum, count] = [0, 0];
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        const value = values[v * width + u]!;
        if (Number.isNaN(value)) continue;
        sum += sign * value;
        count++;
      }
    }
    return 2 * count < smoothing ** 2 ? Number.NaN : sum / count;
  });
}

function meanOf(values: Float32Array, cells: Int32Array): number {
  return cells.reduce((sum, cell) => sum + values[cell]!, 0) / cells.length;
}

function medianOf(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}
