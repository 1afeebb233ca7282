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
type Tables = Calibration["detectors"];

/** An image and its detections, calibrated by tables that were fitted without its source. */
interface Held {
  readonly image: Observed;
  readonly detections: readonly Detection[];
}

/** Rules with weights of their own; nothing in the data could fit them. */
const rules: ReadonlySet<string> = new Set(["provenance", "known-work"]);
const gridOfTrust = Array.from({ length: 11 }, (_, i) => i / 10);
/** A detector is trusted less only where that lowers the loss by at least this. */
const leastGain = 5e-4;
const gridOfSums = Array.from({ length: 65 }, (_, i) => -4 + i / 8);

/**
 * Fits what statistics mean, how far each detector is to be trusted and the confidence interval of their sum. The latter
 * two are chosen on sources that are left out whole, one after another, so that what holds in some sources and misleads in
 * others is believed the less.
 */
export function fitCalibration(images: readonly Observed[], detectors: Detectors, version: string): Calibration {
  const sources = [...new Set(images.map(sourceOf))].sort();
  const scored = detectors.filter(({ family }) => family !== "display");
  const families = Object.fromEntries(scored.map(({ family }) => [family, 1]));
  const held = sources.flatMap((source) => heldOut(images, scored, source));
  const trust = new Map(scored.map((detector) => [detector.id, rules.has(detector.id) ? 1 : trustIn(detector, held)]));
  return {
    version,
    detectors: trusted(detectorTables(images, scored), trust),
    families,
    confidence: confidenceTable(held, trust, families),
    produced: { command: "npm run calibrate", images: images.length, sources: sources.join(", ") },
  };
}

/** The images of a source as tables see them that were fitted on all others. */
function heldOut(images: readonly Observed[], detectors: Detectors, source: string): Held[] {
  const tables = detectorTables(
    images.filter((image) => sourceOf(image) !== source),
    detectors,
  );
  return images
    .filter((image) => sourceOf(image) === source)
    .map((image) => ({ image, detections: calibrated(image, tables) }));
}

/** What a detector says of an image whose source its table has not seen. */
interface Opinion {
  readonly ratio: number;
  readonly isForged: boolean;
  readonly source: string;
}

/**
 * The largest share of a detector's ratios, 0–1, that judges the sources as well as any other that its tables have not
 * seen. A cue that misleads there is weighted zero; one that hardly any of them can confirm or refute keeps its say.
 */
function trustIn({ id, family }: Detectors[number], held: readonly Held[]): number {
  const opinions = held
    .filter(({ image }) => isAbout(family, image))
    .flatMap(({ image, detections }): Opinion[] => {
      const ratio = detections.find((detection) => detection.id === id)?.log_likelihood_ratio;
      return ratio === undefined ? [] : [{ ratio, isForged: image.isForged, source: sourceOf(image) }];
    });
  const shares = lossShares(opinions);
  const losses = gridOfTrust.map((trust) =>
    opinions.reduce(
      (sum, { ratio, isForged }, i) =>
        sum + shares[i]! * Math.log1p(Math.exp(isForged ? -trust * ratio : trust * ratio)),
      0,
    ),
  );
  const best = Math.min(...losses);
  return gridOfTrust[losses.findLastIndex((loss) => loss < best + leastGain)]!;
}

/** What every opinion counts in the loss: classes alike, and within a class its sources; the shares sum to 1. */
function lossShares(opinions: readonly Opinion[]): number[] {
  const cellOf = ({ isForged, source }: Opinion) => `${isForged} ${source}`;
  const cells = countedBy(opinions, cellOf);
  const forged = new Set(opinions.filter(({ isForged }) => isForged).map(cellOf)).size;
  return opinions.map((opinion) => {
    const sources = opinion.isForged ? forged : cells.size - forged;
    return 1 / (2 * sources * cells.get(cellOf(opinion))!);
  });
}

function trusted(tables: Tables, trust: ReadonlyMap<string, number>): Tables {
  return Object.fromEntries(
    Object.entries(tables).map(([id, table]): [string, Tables[string]] => {
      const share = trust.get(id)!;
      const knots = table.knots.map(([score, ratio]): [number, number] => [
        score,
        Math.round(1e3 * share * ratio) / 1e3,
      ]);
      return [id, { ...table, knots: share === 0 ? [[0, 0]] : knots, trust: share }];
    }),
  );
}

function detectorTables(images: readonly Observed[], detectors: Detectors): Tables {
  return Object.fromEntries(
    detectors.map(({ id, version, family }) => [
      id,
      rules.has(id) ? ruleTable(version) : fittedTable(version, measuredBy(images, id, family)),
    ]),
  );
}

/** A rule's statistic is its log-likelihood ratio. */
function ruleTable(detector_version: string): Tables[string] {
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

function fittedTable(detector_version: string, measured: readonly Measured[]): Tables[string] {
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
 * Generation tells generated from other pictures, all else manipulated from other pictures. What was learned from forgeries
 * made of pictures by a program is measured on those of others alone, as it knows the ones made here.
 */
function isAbout(family: string, { task, isForged, isMade }: Observed): boolean {
  if (!isForged) return true;
  if (family === "learned" && isMade) return false;
  return task !== (family === "generation" ? "manipulation" : "ai-generated");
}

function measuredBy(images: readonly Observed[], id: string, family: string): Measured[] {
  return images
    .filter((image) => isAbout(family, image))
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
  const cellOf = ({ source, isForged }: Measured) => `${isForged} ${source}`;
  const cells = countedBy(measured, cellOf);
  return measured.map((example) => ({ ...example, weight: 1 / Math.sqrt(cells.get(cellOf(example))!) }));
}

function countedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function calibrated(image: Observed, detectors: Tables): Detection[] {
  const calibration: Calibration = { version: "fit", detectors, families: {}, confidence: [], produced: {} };
  return image.detections.map((detection) => calibrateDetection(detection, calibration));
}

function confidenceTable(
  held: readonly Held[],
  trust: ReadonlyMap<string, number>,
  families: Calibration["families"],
): Calibration["confidence"] {
  const calibration: Calibration = { version: "fit", detectors: {}, families, confidence: [], produced: {} };
  const forged = held.filter(({ image }) => image.isForged).length;
  const weighted: WeightedExample[] = held.map(({ image: { isForged }, detections }) => {
    const believed = detections.map((detection) => ({
      ...detection,
      log_likelihood_ratio: (trust.get(detection.id) ?? 0) * (detection.log_likelihood_ratio ?? 0),
    }));
    const { contributions } = fuse(believed, { ...defaultPolicy, calibration });
    return {
      score: contributions.reduce((sum, { log_odds }) => sum + log_odds, 0),
      isForged,
      weight: 1 / (isForged ? forged : held.length - forged),
    };
  });
  const heaviest = Math.max(...weighted.map(({ weight }) => weight));
  return gridOfSums.map((sum) => {
    const [low, high] = vennAbersInterval(weighted, sum, heaviest);
    return [sum, round(Math.min(low, high)), round(Math.max(low, high))];
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
