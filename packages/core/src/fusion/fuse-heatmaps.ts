import type { Detection, Heatmap } from "../detection/detection.ts";
import { familyWeight, fuse, isAdvisory, isDecisive } from "./fuse.ts";
import { regularise } from "./markov-field.ts";
import { defaultPolicy, type HeatmapPolicy, type VerdictPolicy } from "./policy.ts";

/** Pixels per cell side of the fused map: one JPEG block, or less where a detector sees finer. */
const coarsestScale = 8;
/** Cells of a fused map, 16 MB as numbers; a larger image gets larger cells. */
const maximumCells = 4e6;
/** What a cell may reach where nothing may be marked: below one half also after rounding to 8 bits. */
const highestUnmarked = 0.49;

type Size = { width: number; height: number };

/** A heat map that may mark places, and the most log-odds it may add to one cell. */
interface Painter {
  readonly map: Heatmap;
  readonly reliability: number;
}

/**
 * One map of suspicion from all scored detectors, in the frame of the stored raster; above 0.5 means forged. Null when
 * no detector localised anything.
 *
 * A detector's reliability `r` is the share of the fused log-odds that it earns (family weight × log-likelihood ratio).
 * A cell of which it says `p` gets
 * `2·artanh(tanh(r/2)·(2p − 1))`: the log-odds of `p` when the detector is to be believed with the probability
 * `tanh(r/2)` and else says nothing (Shafer 1976, discounting). They add up over detectors, stay within ± `r`, and are
 * regularised on a Markov field. A detector that earns nothing, because it has no say or thinks the image authentic,
 * only puts the cells in order of which nobody else has an opinion, below 0.5. Where the image as a whole does not speak for forgery, no cell exceeds 0.5.
 * Without `policy.heatmap` every cell takes the strongest opinion.
 *
 * @param detections Calibrated under `policy`.
 * @param size Stored pixels of the image.
 * @example
 * const heatmap = fuseHeatmaps(analysis.detections, { width: 1600, height: 1200 });
 */
export function fuseHeatmaps(
  detections: readonly Detection[],
  size: Size,
  policy: VerdictPolicy = defaultPolicy,
): Heatmap | null {
  const scored = detections.filter(({ status, family }) => status === "ok" && family !== "display");
  const maps = scored.flatMap(({ heatmap }) => (heatmap ? [heatmap] : []));
  if (maps.length === 0) return null;
  if (!policy.heatmap) return strongestOpinion(maps, size);
  const painters = paintersOf(scored, policy, policy.heatmap);
  const fused = sumOfOpinions(painters, size, policy.heatmap);
  regularise(fused, policy.heatmap);
  if (!speaksForForgery(detections, policy, policy.heatmap)) capAt(fused.data, highestUnmarked);
  return fused;
}

function paintersOf(scored: readonly Detection[], policy: VerdictPolicy, parameters: HeatmapPolicy): Painter[] {
  const highest = parameters.maximum_cell_log_odds;
  return scored.flatMap((detection) => {
    const weight = familyWeight(detection.family, policy);
    const earned = isDecisive(detection, policy) ? highest : weight * (detection.log_likelihood_ratio ?? 0);
    return detection.heatmap ? [{ map: detection.heatmap, reliability: Math.min(highest, Math.max(0, earned)) }] : [];
  });
}

function speaksForForgery(detections: readonly Detection[], policy: VerdictPolicy, parameters: HeatmapPolicy): boolean {
  const measured = fuse(detections, policy).contributions.filter(({ family }) => !isAdvisory(family, policy));
  const sum = measured.reduce((total, { log_odds }) => total + log_odds, 0);
  return sum > parameters.minimum_log_odds || detections.some((detection) => isDecisive(detection, policy));
}

/** Log-odds by cell: the opinions of those who earn some, or the policy's where they are silent. */
function sumOfOpinions(painters: readonly Painter[], size: Size, parameters: HeatmapPolicy): Heatmap {
  const fused = emptyMap(size, scaleFor(painters, size));
  const order = new Float32Array(fused.data.length);
  const onlookers = painters.filter(({ reliability }) => reliability === 0);
  const share = parameters.onlooker_log_odds / Math.max(1, onlookers.length);
  for (const { map } of onlookers) visitCells(fused, map, (cell, p) => (order[cell]! += share * p));
  for (const { map, reliability } of painters) {
    const belief = Math.tanh(reliability / 2);
    visitCells(fused, map, (cell, p) => {
      if (p === 0) return;
      const believed = belief * (2 * p - 1);
      fused.data[cell]! += Math.log((1 + believed) / (1 - believed));
    });
  }
  const { silent_log_odds } = parameters;
  for (let i = 0; i < order.length; i++) if (fused.data[i] === 0) fused.data[i] = silent_log_odds + order[i]!;
  return fused;
}

/** The finest scale that a painter has, at most a JPEG block, doubled until the map is small enough. */
function scaleFor(painters: readonly Painter[], { width, height }: Size): number {
  let scale = painters.reduce((finest, { map }) => Math.min(finest, map.scale), coarsestScale);
  while (Math.ceil(width / scale) * Math.ceil(height / scale) > maximumCells) scale *= 2;
  return scale;
}

function strongestOpinion(maps: readonly Heatmap[], size: Size): Heatmap {
  const fused = emptyMap(size, coarsestScale);
  for (const map of maps)
    visitCells(fused, map, (cell, p) => {
      fused.data[cell] = Math.max(fused.data[cell]!, p);
    });
  return fused;
}

function emptyMap(size: Size, scale: number): Heatmap {
  const width = Math.ceil(size.width / scale);
  const height = Math.ceil(size.height / scale);
  return { width, height, scale, data: new Float32Array(width * height) };
}

/** Calls `visit` with every cell of `fused` and what `map` says at its centre. */
function visitCells(fused: Heatmap, map: Heatmap, visit: (cell: number, p: number) => void): void {
  const { width, height, scale } = fused;
  for (let y = 0; y < height; y++) {
    const row = Math.min(map.height - 1, Math.floor(((y + 0.5) * scale) / map.scale)) * map.width;
    for (let x = 0; x < width; x++) {
      const column = Math.min(map.width - 1, Math.floor(((x + 0.5) * scale) / map.scale));
      visit(y * width + x, map.data[row + column]!);
    }
  }
}

function capAt(data: Float32Array, highest: number): void {
  for (let i = 0; i < data.length; i++) if (data[i]! > highest) data[i] = highest;
}
