import { addFeature, type FeatureList } from "./feature-list.ts";
import { momentsOf } from "./moments.ts";
import { medianResidual, residualSide, squareResidual } from "./residuals.ts";
import { tileSide } from "./tiles.ts";

const square = new Float32Array(residualSide * residualSide);
const median = new Float32Array(residualSide * residualSide);
const lags = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
  [2, 0],
  [0, 2],
  [2, 2],
  [3, 0],
  [0, 3],
  [4, 0],
  [0, 4],
] as const;

/** How pixels depend on their neighbours: strength, tails and autocorrelation of two high-pass residuals. */
export function addNeighbourFeatures(list: FeatureList, luma: Float32Array): void {
  squareResidual(luma, square);
  medianResidual(luma, median);
  addResidual(list, "square", square);
  addResidual(list, "median", median);
  const variance = momentsOf(square).variance + 1e-3;
  for (const [x, y] of lags) addFeature(list, `lag_${x}_${y}`, covariance(square, x, y) / variance);
  addUpSampling(list, luma);
  addNoiseByTexture(list, luma);
}

function addResidual(list: FeatureList, name: string, residual: Float32Array): void {
  const { variance, skewness, kurtosis } = momentsOf(residual);
  let [absolute, small] = [0, 0];
  for (let i = 0; i < residual.length; i++) {
    const value = Math.abs(residual[i]!);
    absolute += value;
    if (value < 0.5) small++;
  }
  addFeature(list, `${name}_energy`, Math.log(variance + 1e-2));
  addFeature(list, `${name}_skewness`, skewness);
  addFeature(list, `${name}_kurtosis`, Math.log(kurtosis + 1));
  addFeature(list, `${name}_peakedness`, absolute / residual.length / Math.sqrt(variance + 1e-3));
  addFeature(list, `${name}_small`, small / residual.length);
}

function covariance(residual: Float32Array, x: number, y: number): number {
  let [sum, count] = [0, 0];
  for (let row = Math.max(0, -y); row < residualSide - Math.max(0, y); row++) {
    for (let column = 0; column < residualSide - x; column++) {
      const at = row * residualSide + column;
      sum += residual[at]! * residual[at + y * residualSide + x]!;
      count++;
    }
  }
  return sum / count;
}

/**
 * Neighbouring pixel relationships: differences inside the 2×2 cells of nearest-neighbour up-sampling (Tan et al.,
 * "Rethinking the up-sampling operations in CNN-based generative network", CVPR 2024, §3.2), for the four places at
 * which the cells can begin, and at distance 2 and 4.
 */
function addUpSampling(list: FeatureList, luma: Float32Array): void {
  for (const scale of [1, 2, 4]) {
    const energies = [0, 1, 2, 3].map((phase) => cellEnergy(luma, (phase & 1) * scale, (phase >> 1) * scale, scale));
    const mean = energies.reduce((sum, value) => sum + value, 0) / 4;
    addFeature(list, `cell_${scale}`, Math.log(mean + 1e-2));
    addFeature(list, `cell_phase_${scale}`, Math.log((Math.max(...energies) + 1e-2) / (Math.min(...energies) + 1e-2)));
  }
}

function cellEnergy(luma: Float32Array, left: number, top: number, scale: number): number {
  let [sum, count] = [0, 0];
  for (let y = top; y + scale < tileSide; y += 2 * scale) {
    for (let x = left; x + scale < tileSide; x += 2 * scale) {
      const at = y * tileSide + x;
      const [right, below] = [at + scale, at + scale * tileSide];
      sum += Math.abs(luma[right]! - luma[at]!) + Math.abs(luma[below]! - luma[at]!);
      sum += Math.abs(luma[below + scale]! - luma[at]!);
      count += 3;
    }
  }
  return sum / count;
}

const block = 8;
const blocks = Math.floor(residualSide / block);
const noise = new Float32Array(blocks * blocks);
const texture = new Float32Array(blocks * blocks);
const brightness = new Float32Array(blocks * blocks);

/** Spread of the residual over 8×8 blocks, and how it goes along with texture and brightness. */
function addNoiseByTexture(list: FeatureList, luma: Float32Array): void {
  for (let row = 0; row < blocks; row++) for (let column = 0; column < blocks; column++) readBlock(luma, column, row);
  const ordered = noise.toSorted();
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => ordered[Math.floor(share * (ordered.length - 1))]!);
  addFeature(list, "noise_low", low!);
  addFeature(list, "noise_middle", middle!);
  addFeature(list, "noise_spread", high! - low!);
  addFeature(list, "noise_by_texture", slope(texture, noise));
  addFeature(list, "noise_by_brightness", slope(brightness, noise));
}

function readBlock(luma: Float32Array, column: number, row: number): void {
  let [energy, sum, squares] = [0, 0, 0];
  for (let y = 0; y < block; y++) {
    for (let x = 0; x < block; x++) {
      const value = square[(row * block + y) * residualSide + column * block + x]!;
      const pixel = luma[(row * block + y + 2) * tileSide + column * block + x + 2]!;
      energy += value * value;
      sum += pixel;
      squares += pixel * pixel;
    }
  }
  const i = row * blocks + column;
  const count = block * block;
  noise[i] = Math.log(energy / count + 1e-2);
  texture[i] = Math.log(Math.max(0, squares / count - (sum / count) ** 2) + 1e-1);
  brightness[i] = sum / count / 255;
}

/** Least-squares slope of y over x; 0 for a constant x. */
function slope(x: Float32Array, y: Float32Array): number {
  let [meanX, meanY, product, squares] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    meanX += x[i]! / x.length;
    meanY += y[i]! / x.length;
  }
  for (let i = 0; i < x.length; i++) {
    product += (x[i]! - meanX) * (y[i]! - meanY);
    squares += (x[i]! - meanX) ** 2;
  }
  return squares < 1e-3 ? 0 : product / squares;
}
