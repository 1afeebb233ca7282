import type { Plane } from "../raster/plane.ts";
import { halved, type LabPlanes } from "./style-picture.ts";

/** What a group of features looks at. */
export const styleGroups = ["texture", "orientation", "palette"] as const;
/** See {@link styleGroups}. */
export type StyleGroup = (typeof styleGroups)[number];

/** Measurements of a work by group; of equal length for all works. */
export type StyleFeatures = Readonly<Record<StyleGroup, readonly number[]>>;

/** Octaves that are measured, from half the compared resolution on: the finest one depends on how a work was captured. */
const levels = 4;
/** Side of the tiles whose energy and coherence are compared, in samples of a level. */
const tileSide = 8;
const tiny = 1e-3;
const hueBins = 6;

/**
 * Measures a work: at four octaves the energy, its spread over the picture and the sparseness of Haar wavelet details, the
 * main direction of gradients and how much they agree locally (structure tensor), and the palette in L*a*b*.
 *
 * After Johnson et al., "Image processing for artist identification", IEEE Signal Processing Magazine 25(4), 2008: wavelet
 * statistics for brushwork, palette, and local orientation, as its three groups used them; own choice of statistics.
 */
export function styleFeatures({ lightness, a, b }: LabPlanes): StyleFeatures {
  const [texture, orientation]: [number[], number[]] = [[], []];
  let plane = lightness;
  for (let level = 0; level < levels; level++) {
    plane = halved(plane);
    texture.push(...wavelets(plane));
    orientation.push(...directions(plane));
  }
  return { texture, orientation, palette: palette(lightness, a, b) };
}

/** Of the level's Haar details: energy, its spread over tiles, and mean to root mean square of each of three directions. */
function wavelets({ width, height, data }: Plane): number[] {
  const [sums, squares] = [new Float64Array(3), new Float64Array(3)];
  const across = Math.floor(width / tileSide);
  const energies = new Float64Array(across * Math.floor(height / tileSide));
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const i = y * width + x;
      const [p, q, r, s] = [data[i]!, data[i + 1]!, data[i + width]!, data[i + width + 1]!];
      const details = [p - q + r - s, p + q - r - s, p - q - r + s];
      const tile = Math.floor(y / tileSide) * across + Math.floor(x / tileSide);
      const isInside = x < across * tileSide && tile < energies.length;
      for (const [k, detail] of details.entries()) {
        sums[k]! += Math.abs(detail);
        squares[k]! += detail * detail;
        if (isInside) energies[tile]! += detail * detail;
      }
    }
  }
  const count = (width >> 1) * (height >> 1);
  const logs = energies.map((energy) => Math.log(energy + tiny));
  const sparseness = Array.from(sums, (sum, k) => sum / (Math.sqrt(count * squares[k]!) + tiny));
  const diagonal = Math.log((sums[2]! + tiny) / (sums[0]! + sums[1]! + tiny));
  return [mean(logs), deviation(logs), diagonal, ...sparseness];
}

/** Of the level's gradients: the picture's main direction (two components), mean and spread of local coherence. */
function directions({ width, height, data }: Plane): number[] {
  const across = Math.floor(width / tileSide);
  const down = Math.floor(height / tileSide);
  const coherence = new Float64Array(across * down);
  const total = new Float64Array(3);
  for (let tile = 0; tile < coherence.length; tile++) {
    const [left, top] = [(tile % across) * tileSide, Math.floor(tile / across) * tileSide];
    let [xx, yy, xy] = [0, 0, 0];
    for (let y = Math.max(1, top); y < Math.min(height - 1, top + tileSide); y++) {
      for (let x = Math.max(1, left); x < Math.min(width - 1, left + tileSide); x++) {
        const i = y * width + x;
        const [gx, gy] = [data[i + 1]! - data[i - 1]!, data[i + width]! - data[i - width]!];
        xx += gx * gx;
        yy += gy * gy;
        xy += gx * gy;
      }
    }
    coherence[tile] = Math.hypot(xx - yy, 2 * xy) / (xx + yy + tiny);
    total[0]! += xx - yy;
    total[1]! += 2 * xy;
    total[2]! += xx + yy;
  }
  const energy = total[2]! + tiny;
  return [total[0]! / energy, total[1]! / energy, mean(coherence), deviation(coherence)];
}

function palette(lightness: Plane, a: Plane, b: Plane): number[] {
  const count = lightness.data.length;
  const chroma = new Float64Array(count);
  const hues = new Float64Array(hueBins);
  for (let i = 0; i < count; i++) {
    chroma[i] = Math.hypot(a.data[i]!, b.data[i]!);
    const turn = (Math.atan2(b.data[i]!, a.data[i]!) / (2 * Math.PI) + 1) % 1;
    hues[Math.min(hueBins - 1, Math.floor(turn * hueBins))]! += chroma[i]!;
  }
  const colourfulness = hues.reduce((sum, hue) => sum + hue, tiny);
  const order = lightness.data.slice().sort();
  const quantiles = [0.1, 0.5, 0.9].map((share) => order[Math.floor(share * (count - 1))]!);
  const moments = [lightness.data, a.data, b.data, chroma].flatMap((values) => [mean(values), deviation(values)]);
  return [...moments, ...quantiles, ...Array.from(hues, (hue) => hue / colourfulness)];
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

function deviation(values: Float32Array | Float64Array): number {
  const middle = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - middle) ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}
