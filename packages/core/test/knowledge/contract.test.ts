import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderKnowledgeBase } from "@artguard/core/knowledge";
import { type KnowledgeBaseContractSetup, knowledgeBaseContract, memoryKnowledgeBase } from "@artguard/core/testing";
import { afterAll, describe, expect, it } from "vitest";
import type { KnowledgeBase } from "../../src/vision/knowledge-base.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

knowledgeBaseContract({ describe, it }, "folder", {
  create: async (documents) => {
    const folder = await mkdtemp(join(tmpdir(), "artguard-knowledge-"));
    folders.push(folder);
    for (const [name, text] of Object.entries(documents)) await writeFile(join(folder, name), text);
    return folderKnowledgeBase({ folder, includeArticles: false });
  },
});

const memory: KnowledgeBaseContractSetup = {
  create: async (documents) =>
    memoryKnowledgeBase(Object.entries(documents).map(([source, text]) => ({ source, text }))),
};

knowledgeBaseContract({ describe, it }, "memory", memory);

type Search = KnowledgeBase["search"];

/** Ways to break the promise; each takes the honest search and what it was called with. */
const mutants: Record<string, (search: Search, ...call: Parameters<Search>) => ReturnType<Search>> = {
  "ranks at random": async (search, ...call) =>
    (await search(...call)).sort((a, b) => Number(hash(a.text) > hash(b.text)) * 2 - 1),
  "gives the worst first": async (search, ...call) => (await search(...call)).reverse(),
  "ignores the limit": (search, query, options) => search(query, { ...options, limit: 9 }),
  "takes any limit": (search, query, { limit, ...options } = {}) =>
    search(query, { ...options, limit: Math.trunc(Math.min(Math.max(limit || 1, 1), 100)) || 1 }),
  "ignores the signal": (search, query, { limit, language } = {}) => search(query, { limit, language }),
  "changes texts": async (search, ...call) =>
    (await search(...call)).map((passage) => ({ ...passage, text: passage.text.replace(/<.*>/, "") })),
  "fails on a long query": async (search, query, options) => {
    if (query.length > 10_000) throw new Error("too long");
    return await search(query, options);
  },
  "does not cap passages": async (search, ...call) =>
    (await search(...call)).map((passage) => ({ ...passage, text: passage.text.padEnd(2_001) })),
  "asks for everything when nothing is asked": (search, query, options) => search(query.trim() || "grain", options),
  "hands out what it keeps": async (search, query, options) => {
    const known = kept.get(query);
    if (known) return known;
    const found = await search(query, options);
    kept.set(query, found);
    return found;
  },
};
const kept = new Map<string, Awaited<ReturnType<Search>>>();
const hash = (text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7);

describe("the contract of knowledge bases", () => {
  it.each(Object.keys(mutants))("is broken by one that %s", async (name) => {
    const mutate = mutants[name]!;
    const failed = await failedPromises({
      create: async (documents) => {
        const honest = await memory.create(documents);
        return { id: honest.id, search: (...call) => mutate(honest.search, ...call) };
      },
    });
    expect(failed).not.toEqual([]);
  });

  it("is kept by the honest one when it is run the same way", async () => {
    expect(await failedPromises(memory)).toEqual([]);
  });
});

/** Runs the suite by hand and names the tests that failed. */
async function failedPromises(setup: KnowledgeBaseContractSetup): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  knowledgeBaseContract({ describe: (_, body) => body(), it: (name, body) => tests.push([name, body]) }, "", setup);
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}
