import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Finding, templateExplanation } from "@artguard/core";
import { cueArticle } from "@artguard/core/knowledge";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const codesIn = (file: string) =>
  [
    ...readFileSync(`${source}${file}`, "utf8").matchAll(/(?:code: |decisive\(\s*|informs\(\s*)"([a-z0-9-]+)"/g),
  ].flatMap(([, code]) => code ?? []);

/** `[detector, code]` of every finding that the source names. */
const found = [
  ...globSync("*/*-detector.ts", { cwd: source }).flatMap((file) => {
    const [, detector = ""] = /\bid: "([a-z-]+)"/.exec(readFileSync(`${source}${file}`, "utf8")) ?? [];
    return codesIn(file).map((code) => [detector, code] as const);
  }),
  ...codesIn("provenance/provenance-findings.ts").map((code) => ["provenance", code] as const),
];

function spoken(detector: string, code: string): string {
  const finding: Finding = {
    detector,
    code,
    claim: "An English claim.",
    direction: "forged",
    limitation: "An English limitation.",
    weight: 1,
  };
  const assessment = {
    forgery_score: 50,
    verdict: "SUSPICIOUS" as const,
    reasons: [],
    confidence: { low: 0, high: 100 },
    coverage: 1,
    agreement: 1,
    contributions: [],
    policy_version: "v2",
  };
  const { sentences } = templateExplanation({ assessment, findings: [finding], language: "es" });
  return sentences[1]?.text ?? "";
}

const isWorded = (detector: string, code: string) => {
  const text = spoken(detector, code);
  const article = cueArticle(detector, "es");
  return !text.includes("halló indicios") && !(article && text.includes(article.meaning));
};

describe("the findings of this package", () => {
  it("are all known to this test", () => {
    expect(found.length).toBeGreaterThanOrEqual(35);
  });

  it.each(found)("%s/%s has a Spanish wording of its own", (detector, code) => {
    expect(isWorded(detector, code)).toBe(true);
    expect(spoken(detector, code)).not.toContain("English");
  });

  it("would be missed without one", () => {
    expect(isWorded("copy-move", "of-tomorrow")).toBe(false);
    expect(isWorded("of-tomorrow", "of-tomorrow")).toBe(false);
  });
});
