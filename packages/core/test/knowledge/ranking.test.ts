import { join } from "node:path";
import { folderKnowledgeBase } from "@artguard/core/knowledge";
import { describe, expect, it } from "vitest";
import type { KnowledgeBase } from "../../src/vision/knowledge-base.ts";
import { judgedQuestions } from "./judged-questions.ts";

const shipped = folderKnowledgeBase({ folder: join(import.meta.dirname, "no-such-folder") });

/** Share of the questions with a right article among the first three, and the questions without one. */
async function recallAt3({ search }: Pick<KnowledgeBase, "search">) {
  const missed: string[] = [];
  for (const { question, language, answers } of judgedQuestions) {
    const found = await search(question, { limit: 3, language });
    if (!found.some(({ source }) => answers.includes(source.replace("artguard:", "")))) missed.push(question);
  }
  return { recall: 1 - missed.length / judgedQuestions.length, missed };
}

describe("the search of the shipped articles", () => {
  it("has the right article among the first three for nine of ten judged questions", async () => {
    const { recall, missed } = await recallAt3({ search: (...call) => shipped.search(...call) });
    process.stdout.write(
      `recall@3 over ${judgedQuestions.length} questions: ${recall.toFixed(3)}; missed: ${missed}\n`,
    );
    expect(recall).toBeGreaterThanOrEqual(0.9);
  });

  it("is measured by questions that a ranking without sense does not answer", async () => {
    const senseless = await recallAt3({
      search: (question, options) => shipped.search([...question].reverse().join(""), options),
    });
    const byChance = await recallAt3({
      search: async (question, options) => {
        const all = await shipped.search("picture region imagen región", { ...options, limit: 100 });
        const start = question.length % Math.max(1, all.length - 3);
        return all.slice(start, start + 3);
      },
    });
    process.stdout.write(`mutants: ${senseless.recall.toFixed(3)}, ${byChance.recall.toFixed(3)}\n`);
    expect(senseless.recall).toBeLessThan(0.5);
    expect(byChance.recall).toBeLessThan(0.5);
  });

  it("prefers the language that is asked for, and finds words with or without their accents", async () => {
    for (const question of ["compresión JPEG", "compresion jpeg"]) {
      const [spanish] = await shipped.search(question, { language: "es" });
      const [english] = await shipped.search(question, { language: "en" });
      expect(spanish?.text).toMatch(/ una | las /);
      expect(english?.text).toMatch(/ a | the /);
    }
  });
});
