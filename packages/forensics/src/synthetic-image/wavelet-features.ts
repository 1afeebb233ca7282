import { addFeature, type FeatureList } from "./feature-list.ts";
import { momentsOf } from "./moments.ts";
import { tileSide } from "./tiles.ts";

const levels = 4;

/**
 * Energy and tails of Haar details at four scales: natural pictures lose energy towards fine scales at a steady rate
 * (Field, "Relations between the statistics of natural images and the response properties of cortical cells", 1987).
 */
export function addWaveletFeatures(list: FeatureList, luma: Float32Array): void {
  let plane = luma;
  let side = tileSide;
  let previous = 0;
  for (let level = 1; level <= levels; level++) {
    const { approximation, details } = split(plane, side);
    const energies = details.map((detail) => momentsOf(detail));
    const energy = Math.log(energies[0]!.variance + energies[1]!.variance + 1e-2);
    const diagonal = Math.log(energies[2]!.variance + 1e-2);
    if (level > 1) addFeature(list, `decay_${level}`, energy - previous);
    addFeature(list, `diagonal_${level}`, diagonal - energy);
    addFeature(list, `tails_${level}`, Math.log(energies[0]!.kurtosis + energies[1]!.kurtosis + 1));
    addFeature(list, `diagonal_tails_${level}`, Math.log(energies[2]!.kurtosis + 1));
    previous = energy;
    plane = approximation;
    side /= 2;
  }
}

function split(plane: Float32Array, side: number) {
  const half = side / 2;
  const make = () => new Float32Array(half * half);
  const [approximation, horizontal, vertical, diagonal] = [make(), make(), make(), make()];
  for (let y = 0, i = 0; y < half; y++) {
    for (let x = 0; x < half; x++, i++) {
      const at = 2 * y * side + 2 * x;
      const [a, b, c, d] = [plane[at]!, plane[at + 1]!, plane[at + side]!, plane[at + side + 1]!];
      approximation[i] = (a + b + c + d) / 4;
      horizontal[i] = (a - b + c - d) / 4;
      vertical[i] = (a + b - c - d) / 4;
      diagonal[i] = (a - b - c + d) / 4;
    }
  }
  return { approximation, details: [horizontal, vertical, diagonal] };
}
