import { cueArticle, cueArticles, topicArticles } from "@artguard/core/knowledge";
import { describe, expect, it } from "vitest";

const wholeSentences = /^\p{Lu}.+\.$/su;

describe("the articles that ArtGuard ships", () => {
  it("are on the same cues and topics in English and Spanish, each once", () => {
    const cues = cueArticles("en").map(({ detector }) => detector);
    const topics = topicArticles("en").map(({ topic }) => topic);
    expect(cueArticles("es").map(({ detector }) => detector)).toEqual(cues);
    expect(topicArticles("es").map(({ topic }) => topic)).toEqual(topics);
    expect(new Set([...cues, ...topics]).size).toBe(cues.length + topics.length);
    expect(cues).toEqual(expect.arrayContaining(["modal", "bedrock"]));
    expect(topics).toEqual(expect.arrayContaining(["score", "verdict", "re-encoding", "appeal"]));
  });

  it.each(["en", "es"] as const)(
    "say what a cue means, its limits and its false alarms in whole sentences (%s)",
    (to) => {
      for (const { meaning, limits, falseAlarms } of cueArticles(to))
        for (const text of [meaning, limits, falseAlarms]) expect(text).toMatch(wholeSentences);
      for (const { text } of topicArticles(to)) expect(text).toMatch(wholeSentences);
    },
  );

  it("give the same figures in both languages", () => {
    for (const english of cueArticles("en")) {
      const spanish = cueArticle(english.detector, "es")!;
      for (const part of ["meaning", "limits", "falseAlarms"] as const)
        expect(figures(spanish[part]), `${english.detector}, ${part}`).toEqual(figures(english[part]));
    }
  });

  it("have none on a detector that ArtGuard does not know", () => {
    expect(cueArticle("tea-leaves", "en")).toBeUndefined();
  });
});

/** Numbers with their decimal point, sorted. */
function figures(text: string): string[] {
  return [...text.matchAll(/\d*[.,]?\d+/g)].map(([figure]) => String(Number(figure.replace(",", ".")))).sort();
}
