import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { analysisIn } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { detection } from "../../../core/test/fixtures/detection.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** Every sentence by which a detector of this package says that it does not apply, with a number where one goes. */
const reasons = globSync("*/*-detector.ts", { cwd: source }).flatMap((file) =>
  [...readFileSync(`${source}${file}`, "utf8").matchAll(/["`]((?:The|Too|Most|A|Only|No) [^"`]+\.)["`]/g)]
    .filter(({ index, input }) => /(?:notApplicable\([^;]*|reason: |return )$/.test(input.slice(index - 120, index)))
    .map(([, sentence = ""]) => sentence.replace(/\$\{[^}]+\}/g, "90")),
);

function inSpanish(reason: string): string | undefined {
  const record = {
    request_id: "an_1",
    created_at: Date.now(),
    status: "FAILED",
    filename: "a",
    content_type: "image/png",
  };
  const unsuitable = detection("of-my-own", "noise", 0, { status: "not_applicable", reason });
  const analysis = { ...record, size_bytes: 1, detections: [unsuitable] } as unknown as Parameters<
    typeof analysisIn
  >[0];
  return analysisIn(analysis, "es").detections?.[0]?.reason;
}

describe("the reasons of detectors that do not apply", () => {
  it("are all known to this test", () => {
    expect(new Set(reasons).size).toBeGreaterThanOrEqual(28);
  });

  it.each([...new Set(reasons)])("%s is said in Spanish", (reason) => {
    expect(inSpanish(reason)).not.toContain("En inglés");
    expect(inSpanish(reason)).not.toMatch(/\b(The|of|is|image|too)\b/);
  });

  it("would be quoted as they are without a wording", () => {
    expect(inSpanish("The moon is full.")).toBe("En inglés: «The moon is full.»");
  });
});
