import type { Configuration, StoreCheck } from "@artguard/core";
import { checkKnowledgeBase } from "@artguard/core/knowledge";
import { bedrockPlace, openKnowledgeBase } from "./knowledge-base.ts";

/** What runs elsewhere, each looked at when the environment names it. */
const checks: readonly ((configuration: Configuration) => Promise<StoreCheck[]>)[] = [checkModel, checkKnowledge];

/** Calls every configured cloud part once, which costs less than a cent. */
export async function liveChecks(configuration: Configuration): Promise<StoreCheck[]> {
  const rows: StoreCheck[] = [];
  for (const check of checks) rows.push(...(await check(configuration)));
  return rows;
}

async function checkModel(configuration: Configuration): Promise<StoreCheck[]> {
  const { bedrockModel: model, residency: area } = configuration;
  if (model === undefined) return [];
  const { checkBedrock, residencies } = await import("@artguard/core/bedrock");
  const residency = residencies.find((known) => known === area);
  return await checkBedrock({ model, ...bedrockPlace(configuration), ...(residency && { residency }) });
}

async function checkKnowledge(configuration: Configuration): Promise<StoreCheck[]> {
  return await checkKnowledgeBase(await openKnowledgeBase(configuration));
}
