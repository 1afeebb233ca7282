import {
  type Calibration,
  calibrateDetection,
  type Detection,
  type Detector,
  defaultPolicy,
  fuse,
} from "@artguard/core";
import type { Observed } from "../observe.ts";
import { sourceOf } from "../sources.ts";
import type { WeightedExample } from "./isotonic.ts";
import { logLikelihoodKnots } from "./log-likelihood-knots.ts";
import { vennAbersInterval } from "./venn-abers.ts";

type Detectors = readonly Pick<Detector, "id" | "version" | "family">[];
type Weights = Readonly<Record<string, number>>;

/** An image and its detections, calibrated by tables that were fitted without its group. */
interface Held {
  readonly image: Observed;
  readonly detections: readonly Detection[];
}

/** An image and the log-likelihood ratio of every family, before family weights. */
interface Rated {
  readonly image: Observed;
  readonly ratios: Weights;
}

/** Rules with weights of their own; nothing in the data could fit them. */
const rules: ReadonlySet<string> = new Set(["provenance", "known-work"]);
const folds = 5;
const gridOfWeights = [0, 0.25, 0.5, 0.75, 1];
const gridOfSums = Array.from({ length: 65 }, (_, i) => -4 + i / 8);

/** A detector is dropped when the loss without it is lower by at least this. */
const leastGain = 5e-4;

/**
 * Fits what statistics mean and how detectors and families count. Which detectors have a say, family weights and the
 * confidence interval are chosen by cross-validation over groups of pictures.
 */
export function fitCalibration(images: readonly Observed[], detectors: Detectors, version: string): Calibration {
  const sources = [...new Set(images.map(sourceOf))].sort();
  const foldOf = groupFolds(images);
  const held = Array.from({ length: folds }, (_, fold) => fold).flatMap((fold) => {
    const tables = detectorTables(
      images.filter((image) => foldOf.get(image.group) !== fold),
      detectors,
    );
    return images
      .filter((image) => foldOf.get(image.group) === fold)
      .map((image) => ({ image, detections: calibrated(image, tables) }));
  });
  const helpful = helpfulDetectors(held, detectors);
  const rated = ratedBy(held, helpful);
  const families = familyWeights(rated, detectors);
  return {
    version,
    detectors: detectorTables(
      images,
      detectors.filter(({ id }) => helpful.has(id)),
    ),
    families,
    confidence: confidenceTable(rated, families),
    produced: { command: "npm run calibrate", images: images.length, sources: sources.join(", ") },
  };
}

/** Deals whole groups of pictures of every source to the folds in turn. */
function groupFolds(images: readonly Observed[]): ReadonlyMap<string, number> {
  const groups = [...new Set(images.map(({ group }) => group))].sort();
  return new Map(groups.map((group, index) => [group, index % folds]));
}

/**
 * Leaves out one detector after another as long as that makes unseen images better judged: a cue that lowers the
 * figure has no say.
 */
function helpfulDetectors(held: readonly Held[], detectors: Detectors): ReadonlySet<string> {
  let kept = new Set(detectors.filter(({ family }) => family !== "display").map(({ id }) => id));
  for (let best = lossWith(held, kept, detectors); ; ) {
    const candidates = [...kept]
      .filter((id) => !rules.has(id))
      .map((id) => {
        const rest = new Set([...kept].filter((other) => other !== id));
        return { rest, loss: lossWith(held, rest, detectors) };
      })
      .sort((a, b) => a.loss - b.loss);
    const [candidate] = candidates;
    if (!candidate || candidate.loss > best - leastGain) return kept;
    kept = candidate.rest;
    best = candidate.loss;
  }
}

function lossWith(held: readonly Held[], kept: ReadonlySet<string>, detectors: Detectors): number {
  const rated = ratedBy(held, kept);
  return loss(rated, lossShares(rated), familyWeights(rated, detectors));
}

function detectorTables(images: readonly Observed[], detectors: Detectors): Calibration["detectors"] {
  return Object.fromEntries(
    detectors
      .filter(({ family }) => family !== "display")
      .map(({ id, version, family }) => [
        id,
        rules.has(id) ? ruleTable(version) : fittedTable(version, measuredBy(images, id, family)),
      ]),
  );
}

/** A rule's statistic is its log-likelihood ratio. */
function ruleTable(detector_version: string): Calibration["detectors"][string] {
  const knots: [number, number][] = [
    [-4, -4],
    [4, 4],
  ];
  return { detector_version, knots, n_forged: 0, n_authentic: 0, sources: [] };
}

interface Measured {
  readonly score: number;
  readonly isForged: boolean;
  readonly source: string;
}

function fittedTable(detector_version: string, measured: readonly Measured[]): Calibration["detectors"][string] {
  const n_forged = measured.filter(({ isForged }) => isForged).length;
  return {
    detector_version,
    knots: logLikelihoodKnots(weightedBySource(measured)),
    n_forged,
    n_authentic: measured.length - n_forged,
    sources: [...new Set(measured.map(({ source }) => source))].sort(),
  };
}

/**
 * Statistics of the images that a family is about: generation tells generated from other pictures, all else
 * manipulated from other pictures.
 */
function measuredBy(images: readonly Observed[], id: string, family: string): Measured[] {
  const foreign = family === "generation" ? "manipulation" : "ai-generated";
  return images
    .filter(({ task, isForged }) => !isForged || task !== foreign)
    .flatMap((image) =>
      image.detections
        .filter((detection) => detection.id === id && detection.status === "ok")
        .map(({ statistic }) => ({ score: statistic!, isForged: image.isForged, source: sourceOf(image) })),
    );
}

/**
 * Within a class a source counts by the square root of its examples: neither does a large source drown the others nor
 * do a few pictures of a small one decide.
 */
function weightedBySource(measured: readonly Measured[]): WeightedExample[] {
  const cell = ({ source, isForged }: Measured) => `${source} ${isForged}`;
  const counts = new Map<string, number>();
  for (const example of measured) counts.set(cell(example), (counts.get(cell(example)) ?? 0) + 1);
  return measured.map((example) => ({ ...example, weight: 1 / Math.sqrt(counts.get(cell(example))!) }));
}

function calibrated(image: Observed, detectors: Calibration["detectors"]): Detection[] {
  const calibration: Calibration = { version: "fit", detectors, families: {}, confidence: [], produced: {} };
  return image.detections.map((detection) => calibrateDetection(detection, calibration));
}

/** The log-odds that fusion gives every family when the kept detectors speak and all families count in full. */
function ratedBy(held: readonly Held[], kept: ReadonlySet<string>): Rated[] {
  return held.map(({ image, detections }) => {
    const families = Object.fromEntries(detections.map(({ family }) => [family, 1]));
    const calibration: Calibration = { version: "fit", detectors: {}, families, confidence: [], produced: {} };
    const speaking = detections.filter(({ id }) => kept.has(id));
    const ratios: Record<string, number> = {};
    for (const { family, log_odds } of fuse(speaking, { ...defaultPolicy, calibration }).contributions)
      ratios[family] = (ratios[family] ?? 0) + log_odds;
    return { image, ratios };
  });
}

function sumOf(ratios: Weights, families: Weights): number {
  return Object.entries(ratios).reduce((sum, [family, ratio]) => sum + (families[family] ?? 0) * ratio, 0);
}

/** Mean logarithmic loss at even odds: classes alike, and within a class its sources. */
function loss(rated: readonly Rated[], shares: Float64Array, families: Weights): number {
  const named = Object.entries(families);
  let total = 0;
  for (const [i, { image, ratios }] of rated.entries()) {
    let sum = 0;
    for (const [family, weight] of named) sum += weight * (ratios[family] ?? 0);
    total += shares[i]! * Math.log1p(Math.exp(image.isForged ? -sum : sum));
  }
  return total;
}

/** What every image counts in the loss; the shares sum to 1. */
function lossShares(rated: readonly Rated[]): Float64Array {
  const cells = new Map<string, number>();
  const cellOf = ({ image }: Rated) => `${image.isForged} ${sourceOf(image)}`;
  for (const each of rated) cells.set(cellOf(each), (cells.get(cellOf(each)) ?? 0) + 1);
  const isForgedCell = (cell: string) => cell.startsWith("true");
  const forgedSources = [...cells.keys()].filter(isForgedCell).length;
  return Float64Array.from(rated, (each) => {
    const sources = each.image.isForged ? forgedSources : cells.size - forgedSources;
    return 1 / (2 * sources * cells.get(cellOf(each))!);
  });
}

/**
 * Weights on a coarse grid, one family after another; ties go to the smaller weight. So a family whose cues were
 * measured in one source alone, which no other source can confirm, weighs nothing.
 */
function familyWeights(rated: readonly Rated[], detectors: Detectors): Record<string, number> {
  const isRule = ({ id, family }: Detectors[number]) => family === "display" || rules.has(id);
  const families = [...new Set(detectors.filter((each) => !isRule(each)).map(({ family }) => family))].sort();
  const best: Record<string, number> = Object.fromEntries(families.map((family) => [family, 1]));
  const shares = lossShares(rated);
  best["provenance"] = 1;
  best["reference"] = 1;
  for (let round = 0; round < 3; round++) {
    for (const family of families) {
      const losses = gridOfWeights.map((weight) => loss(rated, shares, { ...best, [family]: weight }));
      best[family] = gridOfWeights[losses.indexOf(Math.min(...losses))]!;
    }
  }
  return best;
}

function confidenceTable(rated: readonly Rated[], families: Weights): Calibration["confidence"] {
  const forged = rated.filter(({ image }) => image.isForged).length;
  const weighted: WeightedExample[] = rated.map(({ image, ratios }) => ({
    score: sumOf(ratios, families),
    isForged: image.isForged,
    weight: 1 / (image.isForged ? forged : rated.length - forged),
  }));
  const heaviest = Math.max(...weighted.map(({ weight }) => weight));
  return gridOfSums.map((sum) => {
    const [low, high] = vennAbersInterval(weighted, sum, heaviest);
    return [sum, round(Math.min(low, high)), round(Math.max(low, high))];
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
