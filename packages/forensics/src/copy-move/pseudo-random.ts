/** A deterministic stream in [0, 1): results must not change between runs (linear congruential, Numerical Recipes). */
export function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
