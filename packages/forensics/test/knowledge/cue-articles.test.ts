import type { Detector } from "@artguard/core";
import { type CueArticle, cueArticles } from "@artguard/core/knowledge";
import * as forensics from "@artguard/forensics";
import { describe, expect, it } from "vitest";

/** Every detector that the package exports, whatever it is called. */
const detectors = Object.entries(forensics)
  .filter(([name]) => name.endsWith("Detector"))
  .map(([, create]) => (create as (options: object) => Detector)({ works: new forensics.MemoryKnownWorks() }));

describe("every detector of this package", () => {
  it.each(["en", "es"] as const)("has an article that explains it (%s)", (language) => {
    expect(detectors.length).toBeGreaterThanOrEqual(16);
    expect(unexplained(cueArticles(language))).toEqual([]);
  });

  it("is missed when its article is gone", () => {
    const articles = cueArticles("en").filter(({ detector }) => detector !== "copy-move");
    expect(unexplained(articles)).toEqual(["copy-move"]);
  });
});

function unexplained(articles: readonly CueArticle[]): string[] {
  const explained = new Set(articles.map(({ detector }) => detector));
  return detectors.map(({ id }) => id).filter((id) => !explained.has(id));
}
