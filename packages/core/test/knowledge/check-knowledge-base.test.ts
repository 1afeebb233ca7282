import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { checkKnowledgeBase, folderKnowledgeBase } from "@artguard/core/knowledge";
import { memoryKnowledgeBase } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";

describe("checkKnowledgeBase", () => {
  it("finds nothing wrong with a base that answers", async () => {
    const knowledge = memoryKnowledgeBase([{ source: "a.md", text: "A copied region of a picture." }]);
    expect(await checkKnowledgeBase(knowledge)).toEqual([
      {
        ...{ subject: "knowledge base memory", what: "search", status: "ok" },
        message: "answers; the best passage is from a.md",
      },
    ]);
  });

  it("says what to do when there is nothing to find, or the base fails or is silent", async () => {
    const search = [{ status: "problem", message: expect.stringContaining("no passage"), fix: expect.any(String) }];
    expect(await checkKnowledgeBase(memoryKnowledgeBase([]))).toMatchObject(search);
    const denied = { id: "denied", search: () => Promise.reject(new ArtGuardError("knowledge.access-denied", "no")) };
    expect(await checkKnowledgeBase(denied)).toMatchObject([
      { status: "problem", message: "no", fix: expect.stringContaining("bedrock:Retrieve") },
    ]);
    const silent = {
      id: "silent",
      search: (_: string, { signal }: { signal?: AbortSignal | undefined } = {}) =>
        new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    };
    expect(await checkKnowledgeBase(silent, { timeoutMs: 20 })).toMatchObject([
      { status: "problem", message: "no answer within 20 ms" },
    ]);
  });

  it("names the files of a folder that cannot be cited", async () => {
    const folder = await mkdtemp(join(tmpdir(), "artguard-check-"));
    const knowledge = folderKnowledgeBase({ folder });
    await writeFile(join(folder, "a.txt"), "text");
    const [, fine] = await checkKnowledgeBase(knowledge);
    expect(fine).toMatchObject({ what: "documents", status: "ok", message: "1 document" });
    await writeFile(join(folder, "b.docx"), "text");
    const [, broken] = await checkKnowledgeBase(knowledge);
    expect(broken).toMatchObject({ status: "problem", message: expect.stringContaining("b.docx: It is not Markdown") });
    await rm(folder, { recursive: true });
  });
});
