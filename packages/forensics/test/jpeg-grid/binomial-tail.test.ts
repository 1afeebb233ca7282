import { describe, expect, it } from "vitest";
import { log10BinomialTail } from "../../src/jpeg-grid/binomial-tail.ts";

/** The sum of the definition, in exact integer arithmetic over the common denominator q^n, for p = 1/q. */
function exact(n: number, k: number, q: number): number {
  let numerator = 0n;
  let binomial = 1n;
  for (let i = 0; i <= n; i++) {
    if (i >= k) numerator += binomial * BigInt(q - 1) ** BigInt(n - i);
    binomial = (binomial * BigInt(n - i)) / BigInt(i + 1);
  }
  const digits = (value: bigint) => value.toString();
  const log10 = (value: bigint) =>
    digits(value).length - 1 + Math.log10(Number(`${digits(value)[0]}.${digits(value).slice(1, 18)}`));
  return log10(numerator) - log10(BigInt(q) ** BigInt(n));
}

describe("log10BinomialTail", () => {
  it.each([
    [1, 1, 64],
    [10, 3, 64],
    [200, 3, 64],
    [200, 40, 64],
    [500, 500, 64],
    [300, 2, 49],
    [60, 30, 2],
  ])("of %d trials, at least %d successes, chance 1/%d, agrees with exact integers", (n, k, q) => {
    expect(log10BinomialTail(n, k, 1 / q)).toBeCloseTo(exact(n, k, q), 9);
  });

  it("is 0 for no success at all, and never rises with the number of successes", () => {
    expect(log10BinomialTail(100, 0, 1 / 64)).toBe(0);
    const tails = Array.from({ length: 101 }, (_, k) => log10BinomialTail(100, k, 1 / 64));
    for (let k = 1; k <= 100; k++) expect(tails[k]!).toBeLessThanOrEqual(tails[k - 1]!);
  });
});
