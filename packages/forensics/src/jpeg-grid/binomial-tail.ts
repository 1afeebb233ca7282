const ln2Pi = Math.log(2 * Math.PI);

/** ln n!: the product itself for small n, Stirling's series (error below 1e-13) from 16 on. */
function lnFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const square = 1 / (n * n);
  return (n + 0.5) * Math.log(n) - n + ln2Pi / 2 + (1 / 12 - square * (1 / 360 - square / 1260)) / n;
}

function lnBinomial(n: number, k: number, p: number): number {
  return lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/**
 * log10 of the probability of at least `k` successes in `n` independent trials of probability `p`: the terms of the
 * shorter tail added up until they no longer matter.
 *
 * @param n Whole number of trials. @param k Whole number of successes, 0…n. @param p Within (0, 1).
 */
export function log10BinomialTail(n: number, k: number, p: number): number {
  if (k <= 0) return 0;
  const odds = p / (1 - p);
  let sum = 1;
  let term = 1;
  if (k > n * p) {
    for (let i = k; i < n && term > sum * 1e-17; i++) {
      term *= ((n - i) / (i + 1)) * odds;
      sum += term;
    }
    return (lnBinomial(n, k, p) + Math.log(sum)) / Math.LN10;
  }
  for (let i = k - 1; i > 0 && term > sum * 1e-17; i--) {
    term *= i / (n - i + 1) / odds;
    sum += term;
  }
  return Math.log1p(-Math.exp(lnBinomial(n, k - 1, p)) * sum) / Math.LN10;
}
