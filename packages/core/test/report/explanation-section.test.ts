import type { Analysis, Explanation } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { explanationSection } from "../../src/report/explanation-section.ts";

const hostile = `<img src=x onerror="alert(1)">\u202E`;

const explanation: Explanation = {
  language: "es",
  author: hostile,
  sentences: [
    {
      text: hostile,
      cites: [
        { kind: "passage", source: hostile, title: "Préstamos", score: 3.25 },
        { kind: "region", region: { x: 1, y: 2, width: 3, height: 4, confidence: 0.5 } },
        { kind: "detector", detector: "of-my-own" },
      ],
    },
  ],
  warnings: [hostile],
};

describe("explanationSection", () => {
  const analysis: Analysis = {
    request_id: "an_1",
    created_at: 0 as Analysis["created_at"],
    status: "COMPLETED",
    filename: "a.jpg",
    content_type: "image/jpeg",
    size_bytes: 1,
    explanation,
  };
  const { text } = explanationSection(analysis, "en");

  it("lists what a sentence of a model rests on, with the score of a passage", () => {
    expect(text).toContain("“Préstamos”");
    expect(text).toContain(", score 3.25</code>");
    expect(text).toContain("<code>3 × 4 px at x 1, y 2</code>");
    expect(text).toContain("<code>of-my-own</code>");
    expect(text).toContain('<summary lang="es">');
  });

  it("names author and warnings, and lets none of them become markup", () => {
    expect(text).toMatch(/Warning: .*&lt;img/);
    expect(text).toMatch(/Written by the model &lt;img .*, in Spanish\./);
    expect(text).not.toMatch(/<img|\u202E/);
  });
});
