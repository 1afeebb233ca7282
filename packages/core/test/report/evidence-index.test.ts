import { ArtGuardError, explanationOf } from "@artguard/core";
import { evidenceIndex, explanationLines } from "@artguard/core/report";
import { describe, expect, it } from "vitest";
import { judgedAnalysis } from "./judged-analysis.ts";

const analysis = judgedAnalysis();
const hostile = `<img src=x onerror="alert(1)">.jpg`;

describe("evidenceIndex", () => {
  it("has the most suspicious image first and failed ones last, with their fix", () => {
    const error = new ArtGuardError("image.unreadable", "it ends early").toJSON();
    const mild = { ...analysis, forgery_score: 1 };
    const page = evidenceIndex([
      { name: "broken.jpg", error },
      { name: "mild.jpg", analysis: mild },
      { name: "worst.jpg", analysis: { ...analysis, forgery_score: 99 } },
    ]);
    const order = ["worst.jpg", "mild.jpg", "broken.jpg", error.fix].map((text) => page.indexOf(text));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(page).toContain("3 images, 1 failed.");
  });

  it("links to the page of an image where there is one, and takes no name for markup", () => {
    const page = evidenceIndex([{ name: hostile, analysis, page: "a b#1.html" }]);
    expect(page).toContain('<a href="a%20b%231.html">');
    expect(page).not.toContain("<img");
    expect(evidenceIndex([{ name: "a.jpg", analysis }])).not.toContain("<a ");
  });

  it("speaks Spanish", () => {
    expect(evidenceIndex([{ name: "a.jpg", analysis }], "es")).toContain("1 imagen, 0 sin juzgar.");
  });
});

describe("explanationLines", () => {
  it("puts the evidence under its sentence and the author at the end", () => {
    const explanation = explanationOf(analysis, "en");
    const lines = explanationLines(explanation, analysis);
    const [first] = explanation.sentences;
    expect(lines[0]).toBe(first?.text);
    expect(lines[1]).toMatch(/^ {4}\S/);
    expect(lines.at(-1)).toMatch(/English\.$/);
    expect(lines).toContain("");
  });
});
