import { describe, expect, it } from "vitest";
import { groupBootstrap, randomSource } from "../../src/metrics/bootstrap.ts";

const mean = (sample: readonly { value: number }[]) =>
  sample.reduce((sum, { value }) => sum + value, 0) / sample.length;

describe("groupBootstrap", () => {
  const random = randomSource(5);
  const independent = Array.from({ length: 400 }, (_, i) => ({ group: `${i}`, value: random() }));

  it("gives the interval of the mean that theory gives, and the same one each time", () => {
    const { low, high } = groupBootstrap(independent, mean);
    // 1.96 · sqrt(1/12) / sqrt(400) = 0.0283 on each side.
    expect((high - low) / 2).toBeGreaterThan(0.023);
    expect((high - low) / 2).toBeLessThan(0.034);
    expect(groupBootstrap(independent, mean)).toEqual({ low, high });
  });

  it("is wider when examples come in groups of equals", () => {
    const grouped = independent.map((_, i) => ({ group: `${i % 20}`, value: independent[i % 20]!.value }));
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(groupBootstrap(grouped, mean))).toBeGreaterThan(2 * width(groupBootstrap(independent, mean)));
  });
});
