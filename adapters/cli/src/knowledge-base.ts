import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Configuration, KnowledgeBase } from "@artguard/core";
import { folderKnowledgeBase } from "@artguard/core/knowledge";

/** Where the documents of the embedded knowledge base lie. */
export function knowledgeFolder({ folder }: Configuration): string {
  return join(folder, "knowledge");
}

/** The folder of documents for an explanation that asks nobody elsewhere; nothing where there is no such folder. */
export function localKnowledge(configuration: Configuration): { knowledge?: KnowledgeBase } {
  const folder = knowledgeFolder(configuration);
  return existsSync(folder) ? { knowledge: folderKnowledgeBase({ folder }) } : {};
}

/** Region and address of Bedrock, for the SDK's clients. */
export function bedrockPlace({ region, bedrockRegion = region, bedrockEndpoint }: Configuration) {
  return {
    region: bedrockRegion,
    clientConfig: bedrockEndpoint === undefined ? {} : { endpoint: bedrockEndpoint },
  };
}

/** The knowledge base that the environment names: one on Bedrock, or the folder of documents with ArtGuard's articles. */
export async function openKnowledgeBase(configuration: Configuration): Promise<KnowledgeBase> {
  const { knowledgeBaseId } = configuration;
  if (knowledgeBaseId === undefined) return folderKnowledgeBase({ folder: knowledgeFolder(configuration) });
  const { bedrockKnowledgeBase } = await import("@artguard/core/bedrock");
  return bedrockKnowledgeBase({ knowledgeBaseId, ...bedrockPlace(configuration) });
}
