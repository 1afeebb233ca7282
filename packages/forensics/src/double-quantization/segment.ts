import type { LikelihoodMap } from "./likelihood-map.ts";

/** Log-odds that a neighbour of known kind adds to a block. */
const coupling = 0.45;
const sweeps = 30;
/** One block's evidence is bounded, so that a single odd block cannot outvote its surroundings. */
const mostEvidence = 6;

/**
 * Posterior probability that each block was quantised once, on a Markov field where blocks resemble their eight
 * neighbours (Potts model, mean-field iterations; Zhang 1992).
 *
 * @param prior Probability that a block was quantised once.
 */
export function segment({ width, height, logRatio }: LikelihoodMap, prior: number): Float32Array {
  const priorOdds = Math.log(prior / (1 - prior));
  const evidence = smoothEvidence(logRatio, width, height);
  let field = evidence.map((value) => Math.tanh((value + priorOdds) / 2));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const next = new Float32Array(field.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const own = Math.max(-mostEvidence, Math.min(mostEvidence, logRatio[y * width + x]!));
        next[y * width + x] = Math.tanh((own + priorOdds) / 2 + coupling * neighbourSum(field, width, height, x, y));
      }
    }
    field = next;
  }
  return field.map((value) => (1 + value) / 2);
}

function neighbourSum(field: Float32Array, width: number, height: number, x: number, y: number): number {
  let sum = 0;
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) sum += field[ny * width + nx]!;
  }
  return sum - field[y * width + x]!;
}

/** Sum over 5×5 blocks: a start that is already smooth keeps the iterations away from isolated solutions. */
function smoothEvidence(logRatio: Float32Array, width: number, height: number): Float32Array {
  return boxSum(boxSum(logRatio, width, height, 1, width), height, width, width, 1);
}

/** Sliding sums of five along one direction: `count` cells `step` apart in each of `lines` lines `lineStep` apart. */
function boxSum(values: Float32Array, count: number, lines: number, step: number, lineStep: number): Float32Array {
  const sums = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = Math.max(0, i - 2); j <= Math.min(count - 1, i + 2); j++) sum += values[line * lineStep + j * step]!;
      sums[line * lineStep + i * step] = sum;
    }
  }
  return sums;
}
