import { join } from "node:path";
import {
  type ArtGuardOptions,
  type Configuration,
  isArtGuardError,
  type KnowledgeBase,
  type RemoteDetector,
  type VisionModel,
} from "@artguard/core";
import { UsageError } from "./usage-error.ts";

/** What takes part in an analysis beside the local detectors. */
export type CloudParts = Pick<ArtGuardOptions, "vision" | "remoteDetectors" | "knowledge">;

/**
 * The parts that the environment names (docs/configuration.md); their rooms and SDKs are loaded here.
 *
 * @throws UsageError when it names none, or one of them wrongly.
 */
export async function cloudParts(configuration: Configuration): Promise<CloudParts> {
  const { bedrockModel, modalEndpoint, knowledgeBaseId } = configuration;
  if (bedrockModel === undefined && modalEndpoint === undefined && knowledgeBaseId === undefined)
    throw new UsageError(
      "--cloud needs ARTGUARD_BEDROCK_MODEL, ARTGUARD_MODAL_ENDPOINT or ARTGUARD_KNOWLEDGE_BASE_ID; see docs/configuration.md",
    );
  return await explained(async () => ({
    ...(bedrockModel !== undefined && { vision: await visionModel(bedrockModel, configuration) }),
    ...(await remoteDetectors(configuration)),
    knowledge: await knowledgeBase(configuration),
  }));
}

/** The remote detectors alone, none when the environment names none. @throws UsageError when it does so wrongly. */
export async function remoteDetectors({
  modalEndpoint,
  modalKey,
  modalSecret,
}: Configuration): Promise<{ remoteDetectors?: RemoteDetector[] }> {
  if (modalEndpoint === undefined) return {};
  if (modalKey === undefined || modalSecret === undefined)
    throw new UsageError("ARTGUARD_MODAL_ENDPOINT needs ARTGUARD_MODAL_KEY and ARTGUARD_MODAL_SECRET");
  return await explained(async () => {
    const { modal } = await import("@artguard/core/modal");
    return { remoteDetectors: [modal({ endpoint: modalEndpoint, key: modalKey, secret: modalSecret })] };
  });
}

async function visionModel(model: string, configuration: Configuration): Promise<VisionModel> {
  const { bedrockRegion, region, bedrockEndpoint, bedrockBudget, residency } = configuration;
  const { bedrock, isResidency } = await import("@artguard/core/bedrock");
  return bedrock({
    model,
    region: bedrockRegion ?? region,
    ...(residency !== undefined && isResidency(residency) && { residency }),
    ...(bedrockEndpoint !== undefined && { clientConfig: { endpoint: bedrockEndpoint } }),
    ...(bedrockBudget !== undefined && { budget: { perDayUsd: Number(bedrockBudget) } }),
  });
}

/** The one on Bedrock, else the folder's own documents and what ArtGuard ships. */
async function knowledgeBase(configuration: Configuration): Promise<KnowledgeBase> {
  const { knowledgeBaseId, bedrockRegion, region, bedrockEndpoint, folder } = configuration;
  if (knowledgeBaseId === undefined) {
    const { folderKnowledgeBase } = await import("@artguard/core/knowledge");
    return folderKnowledgeBase({ folder: join(folder, "knowledge") });
  }
  const { bedrockKnowledgeBase } = await import("@artguard/core/bedrock");
  return bedrockKnowledgeBase({
    knowledgeBaseId,
    region: bedrockRegion ?? region,
    ...(bedrockEndpoint !== undefined && { clientConfig: { endpoint: bedrockEndpoint } }),
  });
}

/** Options that a part refuses came from the environment, and so did the choice of a part without its SDK. */
async function explained<Parts>(assemble: () => Promise<Parts>): Promise<Parts> {
  try {
    return await assemble();
  } catch (error) {
    if (isArtGuardError(error)) throw new UsageError(`${error.message}. ${error.fix}`);
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("Bedrock needs the package @aws-sdk/client-bedrock-runtime beside this one");
  }
}
