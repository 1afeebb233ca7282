import { addFeature, type FeatureList } from "./feature-list.ts";
import { correlation, momentsOf } from "./moments.ts";
import { type Tile, tileSide } from "./tiles.ts";

const size = tileSide * tileSide;
/** Opponent colours: red against green, and yellow against blue. */
const redGreen = new Float32Array(size);
const yellowBlue = new Float32Array(size);
const chroma = new Float32Array(size);
const hues = new Float64Array(24);
const levels = new Uint32Array(8 * 512);
const shares = [0.02, 0.25, 0.5, 0.75, 0.98] as const;
const scales = [1, 2, 4, 8, 16] as const;

/**
 * Distribution of brightness and of opponent colours (Hasler and Süsstrunk, "Measuring colourfulness in natural
 * images", 2003), and how much finer brightness varies than colour does, at five distances.
 */
export function addPaletteFeatures(list: FeatureList, { red, green, blue, luma }: Tile): void {
  hues.fill(0);
  for (let i = 0; i < size; i++) {
    redGreen[i] = red[i]! - green[i]!;
    yellowBlue[i] = (red[i]! + green[i]!) / 2 - blue[i]!;
    chroma[i] = Math.hypot(redGreen[i]!, yellowBlue[i]!);
    if (chroma[i]! < 8) continue;
    const turn = Math.atan2(yellowBlue[i]!, redGreen[i]!) / (2 * Math.PI) + 0.5;
    hues[Math.min(hues.length - 1, Math.floor(turn * hues.length))]!++;
  }
  addShares(list, "light", luma);
  addShares(list, "chroma", chroma);
  addMoments(list, "red_green", redGreen);
  addMoments(list, "yellow_blue", yellowBlue);
  addFeature(list, "light_red_green", correlation(luma, redGreen));
  addFeature(list, "light_yellow_blue", correlation(luma, yellowBlue));
  addFeature(list, "opponents", correlation(redGreen, yellowBlue));
  addFeature(list, "light_chroma", correlation(luma, chroma));
  addFeature(list, "hue_entropy", entropy(hues));
  for (const scale of scales) {
    const light = variation(luma, scale);
    addFeature(
      list,
      `colour_variation_${scale}`,
      Math.log((variation(redGreen, scale) + variation(yellowBlue, scale) + 0.5) / (light + 0.5)),
    );
    addFeature(list, `light_variation_${scale}`, Math.log(light + 0.5));
  }
}

/** Quantiles of values from 0 to 511, to an eighth of a grey level. */
function addShares(list: FeatureList, name: string, values: Float32Array): void {
  levels.fill(0);
  for (let i = 0; i < size; i++) levels[Math.floor(values[i]! * 8)]!++;
  let [level, below] = [0, 0];
  for (const share of shares) {
    const rank = Math.floor(share * (size - 1));
    while (below + levels[level]! <= rank) below += levels[level++]!;
    addFeature(list, `${name}_${share * 100}`, level / 8 / 255);
  }
}

function addMoments(list: FeatureList, name: string, values: Float32Array): void {
  const { mean, variance, skewness, kurtosis } = momentsOf(values);
  addFeature(list, `${name}_mean`, mean / 255);
  addFeature(list, `${name}_deviation`, Math.sqrt(variance) / 255);
  addFeature(list, `${name}_skewness`, skewness);
  addFeature(list, `${name}_kurtosis`, Math.log(kurtosis + 1));
}

/** Mean absolute difference to the pixel `distance` to the right. */
function variation(values: Float32Array, distance: number): number {
  let sum = 0;
  for (let y = 0; y < tileSide; y++)
    for (let x = 0; x < tileSide - distance; x++) {
      const at = y * tileSide + x;
      sum += Math.abs(values[at + distance]! - values[at]!);
    }
  return sum / (tileSide * (tileSide - distance));
}

/** In nats; 0 for no colour at all. */
function entropy(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}
