import { expiryOf, lifecycleOf, lifecycleRules, thirtyDayRetention } from "@artguard/core";
import { describe, expect, it } from "vitest";

const day = 86_400_000;
const modified_at = Date.UTC(2026, 0, 1);
const expiryIn = (bucket: "raw" | "processed", key: string, tags = {}) =>
  expiryOf({ key, modified_at, tags }, lifecycleOf(bucket));

describe("the declared lifecycle", () => {
  it("ends images kept for thirty days, and their processed copies at the same moment", () => {
    const key = "inference/2026/01/01/id/original.jpg";
    expect(expiryIn("raw", key, thirtyDayRetention)).toBe(modified_at + 30 * day);
    expect(expiryIn("processed", key, thirtyDayRetention)).toBe(modified_at + 30 * day);
    expect(expiryIn("raw", key)).toBeUndefined();
  });

  it("never ends training images, whatever their tags", () => {
    for (const bucket of ["raw", "processed"] as const)
      expect(expiryIn(bucket, "training/authentic_v1/img001.jpg", thirtyDayRetention)).toBeUndefined();
  });

  it("ends what an earlier system kept under audit/", () => {
    expect(expiryIn("raw", "audit/20240209_180000_a1b2c3.jpg")).toBe(modified_at + 30 * day);
  });

  it("takes the earliest of several rules", () => {
    const rules = [10, 5, null].map((expireAfterDays, index) => ({
      id: `r${index}`,
      bucket: "raw" as const,
      prefix: "a",
      expireAfterDays,
    }));
    expect(expiryOf({ key: "a", modified_at, tags: {} }, rules)).toBe(modified_at + 5 * day);
  });

  it("gives each rule an id of its own", () => {
    expect(new Set(lifecycleRules.map(({ id }) => id)).size).toBe(lifecycleRules.length);
  });
});
