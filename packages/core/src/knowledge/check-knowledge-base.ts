import { ArtGuardError } from "../errors/artguard-error.ts";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import type { KnowledgeBase } from "../vision/knowledge-base.ts";
import type { FolderKnowledgeBase } from "./folder-knowledge-base.ts";

/** What any base about forgeries has passages for. */
const question = "What does a copied region in a picture mean, and when is it a false alarm?";

/**
 * Asks a knowledge base one question: whether it answers with passages. Of a folder, also which files cannot be cited.
 *
 * @param knowledge A base; that of a folder says more about itself.
 * @param options.timeoutMs Longest wait for the answer, in milliseconds; default 30,000.
 * @example
 * const checks = await checkKnowledgeBase(folderKnowledgeBase({ folder: ".artguard/knowledge" }));
 */
export async function checkKnowledgeBase(
  knowledge: KnowledgeBase | FolderKnowledgeBase,
  options: { readonly timeoutMs?: number } = {},
): Promise<StoreCheck[]> {
  const { timeoutMs = 30_000 } = options;
  const subject = `knowledge base ${knowledge.id}`;
  const search = await checkStore(subject, "search", async () => {
    const signal = AbortSignal.timeout(timeoutMs);
    const passages = await knowledge.search(question, { limit: 3, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new ArtGuardError("knowledge.timed-out", `no answer within ${timeoutMs} ms`, { cause: error });
    });
    if (passages.length > 0) return `answers; the best passage is from ${passages[0]?.source}`;
    return {
      message: "has no passage for a question",
      fix: "Add documents, and start an ingestion job where one is needed.",
    };
  });
  if (!("documents" in knowledge)) return [search];
  const documents = await checkStore(subject, "documents", async () => {
    const { documents, refused } = await knowledge.documents();
    if (refused.length === 0) return counted(documents.length, "document");
    const reasons = refused.slice(0, 5).map(({ source, reason }) => `${source}: ${reason}`);
    return {
      message: `${counted(refused.length, "file")} cannot be cited. ${reasons.join(" ")}`,
      fix: "Mend or remove them.",
    };
  });
  return [search, documents];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
