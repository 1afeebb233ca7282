import {
  analysisStatuses,
  analysisTransitions,
  assertTransition,
  epochMillisecondsSchema,
  epochSecondsSchema,
  toIso,
} from "@artguard/core";
import { describe, expect, it } from "vitest";

describe("lifecycle of an analysis", () => {
  const legal = ["PENDING>PROCESSING", "PENDING>FAILED", "PROCESSING>COMPLETED", "PROCESSING>FAILED"];

  for (const from of analysisStatuses) {
    for (const to of analysisStatuses) {
      const allowed = legal.includes(`${from}>${to}`);
      it(`${allowed ? "allows" : "refuses"} ${from} → ${to}`, () => {
        expect(analysisTransitions[from].includes(to)).toBe(allowed);
        if (allowed) assertTransition(from, to);
        else
          expect(() => assertTransition(from, to)).toThrow(
            expect.objectContaining({ code: "analysis.illegal-transition" }),
          );
      });
    }
  }
});

describe("epoch units", () => {
  it("refuses seconds where milliseconds belong, and milliseconds where seconds belong", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(epochMillisecondsSchema.safeParse(now).success).toBe(true);
    expect(epochMillisecondsSchema.safeParse(now / 1000).success).toBe(false);
    expect(epochSecondsSchema.safeParse(now / 1000).success).toBe(true);
    expect(epochSecondsSchema.safeParse(now).success).toBe(false);
  });

  it("derives the ISO form", () => {
    expect(toIso(epochMillisecondsSchema.parse(1707504000000))).toBe("2024-02-09T18:40:00.000Z");
  });
});
