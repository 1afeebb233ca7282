/** A deterministic stream of numbers in [0, 1) (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * 95 % percentile interval of a figure, resampling whole groups: pictures of one scene are no independent examples.
 *
 * @param seed The same seed gives the same interval.
 */
export function groupBootstrap<Example extends { readonly group: string }>(
  examples: readonly Example[],
  figure: (sample: readonly Example[]) => number,
  { rounds = 500, seed = 1 } = {},
): { low: number; high: number } {
  const groups = Object.values(Object.groupBy(examples, ({ group }) => group)) as Example[][];
  const random = randomSource(seed);
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sample = groups.flatMap(() => groups[Math.floor(random() * groups.length)]!);
    const value = figure(sample);
    if (Number.isFinite(value)) figures.push(value);
  }
  figures.sort((a, b) => a - b);
  const at = (share: number) => figures[Math.min(figures.length - 1, Math.floor(share * figures.length))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}
