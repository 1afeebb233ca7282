import {
  type AnalysisItem,
  analysisSchema,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  MemoryObjectStore,
  MemoryTableStore,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

const picture = await encoded(gradient(30, 20).png());

/** A detector with so many regions and findings, texts of a length, an outline with so many corners and measurements. */
function talkative(many: number, textLength: number, corners = 4): Detector {
  const polygon = Array.from({ length: corners }, (_, n): [number, number] => [n % 30, n % 20]);
  const region = { x: 0, y: 0, width: 9, height: 9, confidence: 0.9, polygon };
  const text = (what: string, n: number) => `${what} ${n} `.padEnd(textLength, "é");
  return {
    id: "talkative",
    version: "1.0.0",
    family: "noise",
    detect: () => ({
      applicable: true,
      statistic: 1,
      regions: Array.from({ length: many }, (_, n) => ({ ...region, confidence: 0.9 - n / (2 * many) })),
      findings: Array.from({ length: many }, (_, n) => ({
        code: `finding-${n}`,
        claim: text("claim", n),
        direction: "forged" as const,
        limitation: text("limitation", n),
      })),
      measurements: { histogram: Array.from({ length: corners }, (_, n) => n / 7) },
    }),
  };
}

async function judged(detector: Detector) {
  const tables = new MemoryTableStore();
  const artguard = await createArtGuard({
    detectors: [detector],
    isolation: "none",
    tables,
    objects: new MemoryObjectStore(),
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const analysis = await artguard.analyze(picture, { userId: "u1" });
  return { analysis, stored: await artguard.get(analysis.request_id), artguard, tables };
}

describe("a result that is too large for an item", () => {
  it.each([
    ["many regions and findings", talkative(3000, 60)],
    ["long texts", talkative(5, 100_000)],
    ["outlines with many corners", talkative(20, 20, 5000)],
    ["all of it", talkative(1000, 2000, 500)],
  ])("is stored shortened, and says what: %s", async (_, detector) => {
    const { analysis, stored } = await judged(detector);
    expect(analysisSchema.safeParse(stored).success).toBe(true);
    expect(stored).toMatchObject({
      status: "COMPLETED",
      forgery_score: analysis.forgery_score,
      contributions: analysis.contributions,
      truncated: expect.arrayContaining(["detections"]),
    });
    expect(stored.detections).toHaveLength(1);
    const { findings = [], regions = [] } = stored;
    expect(findings.map(({ code }) => code)).toEqual(
      analysis.findings.slice(0, findings.length).map(({ code }) => code),
    );
    expect(findings.length).toBeGreaterThan(0);
    expect(regions.length).toBeGreaterThan(0);
    for (const { polygon } of regions) expect([undefined, analysis.regions[0]?.polygon]).toContainEqual(polygon);
  });

  it("reaches its caller whole", async () => {
    const { analysis, stored } = await judged(talkative(3000, 60));
    expect(analysis.findings).toHaveLength(3000);
    expect(analysis).not.toHaveProperty("truncated");
    expect(stored.findings!.length).toBeLessThan(3000);
  });

  it("can be judged again to the same score", async () => {
    const { analysis, stored, artguard } = await judged(talkative(3000, 60));
    expect(artguard.rescore({ detections: stored.detections! }).forgery_score).toBe(analysis.forgery_score);
  });

  it("leaves room in its item for everything else that a record says", async () => {
    const { stored, tables } = await judged(talkative(1000, 2000, 500));
    const items = await tables.open(defineAnalysisTable());
    await items.put({ ...stored, error_message: "x".repeat(60_000) } as AnalysisItem);
  });
});

it("a result of usual size is stored as it is", async () => {
  const { analysis, stored } = await judged(talkative(20, 100));
  expect(stored).toEqual(analysis);
});
