import { addFeature, type FeatureList } from "./feature-list.ts";
import { tileSide } from "./tiles.ts";

/** Symbols per residual: −1, 0, 1. */
const symbols = 3;
const words = symbols ** 4;
/** Where a word of four symbols is counted: words that are each other's reversal or negative share a place. */
const placeOf = foldedPlaces();
const places = Math.max(...placeOf) + 1;

const residual = new Float32Array(tileSide * tileSide);
const symbolAt = new Uint8Array(tileSide * tileSide);
const along = new Float64Array(places);
const across = new Float64Array(places);

/**
 * Co-occurrences of four consecutive third-order residuals `x₀ − 3x₁ + 3x₂ − x₃`, quantised to three symbols, along
 * and across the direction of the filter: Cozzolino, Poggi and Verdoliva, "Splicebuster", WIFS 2015, §III. The step is
 * once 2 grey levels and once the tile's own mean deviation, which removes the strength of texture and noise.
 */
export function addCoOccurrenceFeatures(list: FeatureList, luma: Float32Array): void {
  for (const isRelative of [false, true]) {
    along.fill(0);
    across.fill(0);
    for (const step of [1, tileSide]) {
      const deviation = thirdOrder(luma, step);
      quantise(isRelative ? Math.max(0.5, deviation) : 2);
      count(step, along);
      count(step === 1 ? tileSide : 1, across);
    }
    addHistogram(list, isRelative ? "along_relative" : "along", along);
    addHistogram(list, isRelative ? "across_relative" : "across", across);
  }
}

/** Fills `residual` (0 at the rim) and returns its mean absolute value. */
function thirdOrder(luma: Float32Array, step: number): number {
  let sum = 0;
  for (let y = 0, i = 0; y < tileSide; y++) {
    for (let x = 0; x < tileSide; x++, i++) {
      const inside = step === 1 ? x < tileSide - 3 : y < tileSide - 3;
      residual[i] = inside ? luma[i]! - 3 * luma[i + step]! + 3 * luma[i + 2 * step]! - luma[i + 3 * step]! : 0;
      sum += Math.abs(residual[i]!);
    }
  }
  return sum / residual.length;
}

function quantise(step: number): void {
  for (let i = 0; i < residual.length; i++)
    symbolAt[i] = 1 + Math.max(-1, Math.min(1, Math.round(residual[i]! / step)));
}

function count(step: number, histogram: Float64Array): void {
  const limit = tileSide - 6;
  for (let y = 0; y < limit; y++) {
    for (let x = 0; x < limit; x++) {
      const at = y * tileSide + x;
      const word =
        ((symbolAt[at]! * symbols + symbolAt[at + step]!) * symbols + symbolAt[at + 2 * step]!) * symbols +
        symbolAt[at + 3 * step]!;
      histogram[placeOf[word]!]!++;
    }
  }
}

/** Square roots of the shares, as in Splicebuster: they even out the variances of rare and frequent words. */
function addHistogram(list: FeatureList, name: string, histogram: Float64Array): void {
  let total = 0;
  for (let i = 0; i < places; i++) total += histogram[i]!;
  for (let i = 0; i < places; i++) addFeature(list, `${name}_${i}`, Math.sqrt(histogram[i]! / total));
}

function foldedPlaces(): number[] {
  const known = new Map<number, number>();
  return Array.from({ length: words }, (_, word) => {
    const digits = [3, 2, 1, 0].map((power) => Math.floor(word / symbols ** power) % symbols);
    const value = (list: readonly number[]) => list.reduce((sum, digit) => sum * symbols + digit, 0);
    const negative = digits.map((digit) => symbols - 1 - digit);
    const least = Math.min(...[digits, negative].flatMap((list) => [value(list), value(list.toReversed())]));
    if (!known.has(least)) known.set(least, known.size);
    return known.get(least)!;
  });
}
