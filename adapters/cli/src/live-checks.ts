import type { Configuration, StoreCheck } from "@artguard/core";
import { checkKnowledgeBase } from "@artguard/core/knowledge";
import { explained, modalOptions } from "./cloud-parts.ts";
import { bedrockPlace, openKnowledgeBase } from "./knowledge-base.ts";

/** What runs elsewhere, each looked at when the environment names it. */
const checks: readonly ((configuration: Configuration) => Promise<StoreCheck[]>)[] = [
  checkVision,
  checkRemote,
  checkKnowledge,
];

/**
 * Calls every configured cloud part once, which costs less than a cent on Bedrock, and on Modal a run of the model.
 *
 * @throws UsageError when the environment names a part wrongly or by half.
 */
export async function liveChecks(configuration: Configuration): Promise<StoreCheck[]> {
  const rows: StoreCheck[] = [];
  for (const check of checks) rows.push(...(await explained(() => check(configuration))));
  return rows;
}

async function checkVision(configuration: Configuration): Promise<StoreCheck[]> {
  const { bedrockModel: model, residency: area } = configuration;
  if (model === undefined) return [];
  const { checkBedrock, residencies } = await import("@artguard/core/bedrock");
  const residency = residencies.find((known) => known === area);
  return await checkBedrock({ model, ...bedrockPlace(configuration), ...(residency && { residency }) });
}

async function checkRemote(configuration: Configuration): Promise<StoreCheck[]> {
  const options = modalOptions(configuration);
  if (options === undefined) return [];
  const { checkModal } = await import("@artguard/core/modal");
  return await checkModal(options);
}

async function checkKnowledge(configuration: Configuration): Promise<StoreCheck[]> {
  return await checkKnowledgeBase(await openKnowledgeBase(configuration));
}
