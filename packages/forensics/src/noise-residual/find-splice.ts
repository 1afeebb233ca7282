import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { BackgroundDistance } from "./background-distance.ts";
import type { WindowFeatures } from "./window-features.ts";

/** What the noise residual says about an image, on the cells of its statistics. */
export interface SpliceReading {
  /** Cells per row and per column. */
  readonly width: number;
  readonly height: number;
  /** Squared distance to the background per dimension (see `BackgroundDistance`); 0 where it is not known. */
  readonly distance: Float32Array;
  /** What the most deviating twentieth of the windows reaches. */
  readonly deviation: number;
  /** A compact minority of cells that does not belong to the background. */
  readonly splice: ConnectedRegion | undefined;
}

/** Share of the windows from which their most deviating twentieth is told. */
const deviatingShare = 0.05;
const smallestShare = 0.02;
const largestShare = 0.35;
/** Share of the deviating cells that the largest region must hold: what is scattered comes from the scene. */
const leastCompact = 0.6;

/** Squared distances per dimension: two levels, as in hysteresis. */
export interface DistanceLevels {
  /** What the most deviating twentieth of the windows must reach for a region to be called. */
  readonly called: number;
  /** How far the region extends. */
  readonly marked: number;
}

/** Looks for one compact region beyond `marked`, in an image that deviates up to `called`. */
export function findSplice(
  windows: WindowFeatures,
  background: BackgroundDistance,
  { called, marked }: DistanceLevels,
): SpliceReading {
  const [width, height] = [windows.width + windows.span - 1, windows.height + windows.span - 1];
  const distance = onCells(windows, background.squared);
  const known = background.squared.filter((squared) => !Number.isNaN(squared)).sort();
  const deviation = known[Math.floor((1 - deviatingShare) * known.length)] ?? 0;
  const deviating = Uint8Array.from(distance, (squared) => (squared > marked ? 1 : 0));
  const total = deviating.reduce((sum, value) => sum + value, 0);
  const [largest] = connectedRegions(deviating, width, height);
  const isSplice =
    largest !== undefined &&
    deviation >= called &&
    largest.area >= leastCompact * total &&
    largest.area >= smallestShare * distance.length &&
    total <= largestShare * distance.length;
  return { width, height, distance, deviation, splice: isSplice ? largest : undefined };
}

/** Each cell gets the mean of the four windows centred on its corners; at the rim, of the nearest windows. */
function onCells({ width, height, span }: WindowFeatures, squared: Float32Array): Float32Array {
  const [columns, rows] = [width + span - 1, height + span - 1];
  const nearest = (cell: number, count: number) => Math.max(0, Math.min(count - 1, cell - (span >> 1)));
  const out = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const [up, down] = [nearest(y, height) * width, nearest(y + 1, height) * width];
    for (let x = 0; x < columns; x++) {
      const [left, right] = [nearest(x, width), nearest(x + 1, width)];
      const mean = (squared[up + left]! + squared[up + right]! + squared[down + left]! + squared[down + right]!) / 4;
      out[y * columns + x] = Number.isNaN(mean) ? 0 : mean;
    }
  }
  return out;
}
