import { addFeature, type FeatureList } from "./feature-list.ts";
import { correlation, momentsOf } from "./moments.ts";
import { residualSide, squareResidual } from "./residuals.ts";
import { type Tile, tileSide } from "./tiles.ts";

const plane = () => new Float32Array(residualSide * residualSide);
const [red, green, blue] = [plane(), plane(), plane()];
const half = tileSide / 2;
const halved = [0, 1, 2].map(() => new Float32Array(half * half));
const difference = [0, 1, 2].map(() => new Float32Array(half * half));
const saturation = new Float32Array(tileSide * tileSide);

/** How the channels' fine detail goes together, at full and at half resolution, and what the colours are like. */
export function addColourFeatures(list: FeatureList, tile: Tile): void {
  squareResidual(tile.red, red);
  squareResidual(tile.green, green);
  squareResidual(tile.blue, blue);
  addChannels(list, "fine", [red, green, blue]);
  for (const [i, channel] of [tile.red, tile.green, tile.blue].entries()) {
    halve(channel, halved[i]!);
    differentiate(halved[i]!, difference[i]!);
  }
  addChannels(list, "half", difference);
  addSaturation(list, tile);
}

function addChannels(list: FeatureList, name: string, [r, g, b]: readonly Float32Array[]): void {
  addFeature(list, `${name}_red_green`, correlation(r!, g!));
  addFeature(list, `${name}_green_blue`, correlation(g!, b!));
  addFeature(list, `${name}_red_blue`, correlation(r!, b!));
  const [energyR, energyG, energyB] = [r!, g!, b!].map((values) => momentsOf(values).variance + 1e-1);
  addFeature(list, `${name}_red_energy`, Math.log(energyR! / energyG!));
  addFeature(list, `${name}_blue_energy`, Math.log(energyB! / energyG!));
}

function halve(channel: Float32Array, target: Float32Array): void {
  for (let y = 0, i = 0; y < half; y++) {
    for (let x = 0; x < half; x++, i++) {
      const at = 2 * y * tileSide + 2 * x;
      target[i] = (channel[at]! + channel[at + 1]! + channel[at + tileSide]! + channel[at + tileSide + 1]!) / 4;
    }
  }
}

function differentiate(values: Float32Array, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = i % half === half - 1 ? 0 : values[i + 1]! - values[i]!;
}

/** Saturation `(max − min) / max` of HSV, its relation to brightness, and clipped pixels. */
function addSaturation(list: FeatureList, { red: r, green: g, blue: b, luma }: Tile): void {
  let clipped = 0;
  for (let i = 0; i < saturation.length; i++) {
    const most = Math.max(r[i]!, g[i]!, b[i]!);
    const least = Math.min(r[i]!, g[i]!, b[i]!);
    saturation[i] = most === 0 ? 0 : (most - least) / most;
    if (most === 255 || least === 0) clipped++;
  }
  const { mean, variance } = momentsOf(saturation);
  addFeature(list, "saturation", mean);
  addFeature(list, "saturation_deviation", Math.sqrt(variance));
  addFeature(list, "saturation_brightness", correlation(saturation, luma));
  addFeature(list, "clipped", clipped / saturation.length);
  const light = momentsOf(luma);
  addFeature(list, "contrast", Math.log(light.variance + 1));
}
