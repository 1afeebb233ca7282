import {
  type ArtGuardOptions,
  type Configuration,
  isArtGuardError,
  type RemoteDetector,
  type VisionModel,
} from "@artguard/core";
import type { ModalOptions } from "@artguard/core/modal";
import { bedrockPlace, openKnowledgeBase } from "./knowledge-base.ts";
import { UsageError } from "./usage-error.ts";

/** What takes part in an analysis beside the local detectors. */
export type CloudParts = Pick<ArtGuardOptions, "vision" | "remoteDetectors" | "knowledge">;

/**
 * The parts that the environment names (docs/configuration.md); their rooms and SDKs are loaded here.
 *
 * @throws UsageError when it names none, or one of them wrongly or by half.
 */
export async function cloudParts(configuration: Configuration): Promise<CloudParts> {
  const { bedrockModel, knowledgeBaseId } = configuration;
  const remote = await remoteDetectors(configuration);
  if (bedrockModel === undefined && remote.remoteDetectors === undefined && knowledgeBaseId === undefined)
    throw new UsageError(
      "--cloud needs ARTGUARD_BEDROCK_MODEL, ARTGUARD_MODAL_ENDPOINT or ARTGUARD_KNOWLEDGE_BASE_ID; see docs/configuration.md",
    );
  return await explained(async () => ({
    ...(bedrockModel !== undefined && { vision: await visionModel(bedrockModel, configuration) }),
    ...remote,
    knowledge: await openKnowledgeBase(configuration),
  }));
}

/** The remote detectors alone, none when the environment names none. @throws UsageError when it does so wrongly. */
export async function remoteDetectors(configuration: Configuration): Promise<{ remoteDetectors?: RemoteDetector[] }> {
  const options = modalOptions(configuration);
  if (options === undefined) return {};
  return await explained(async () => {
    const { modal } = await import("@artguard/core/modal");
    return { remoteDetectors: [modal(options)] };
  });
}

/** The endpoint and its token; undefined when the environment names none. @throws UsageError when a part is missing. */
export function modalOptions({
  modalEndpoint: endpoint,
  modalKey: key,
  modalSecret: secret,
}: Configuration): ModalOptions | undefined {
  if (endpoint !== undefined && key !== undefined && secret !== undefined) return { endpoint, key, secret };
  const settings = { ARTGUARD_MODAL_ENDPOINT: endpoint, ARTGUARD_MODAL_KEY: key, ARTGUARD_MODAL_SECRET: secret };
  const names = (isThere: boolean) =>
    Object.entries(settings).flatMap(([name, value]) => ((value !== undefined) === isThere ? [name] : []));
  const [given, missing] = [names(true), names(false)];
  if (given.length === 0) return undefined;
  throw new UsageError(`${given.join(" and ")} need${given.length === 1 ? "s" : ""} ${missing.join(" and ")} as well`);
}

async function visionModel(model: string, configuration: Configuration): Promise<VisionModel> {
  const { bedrockBudget, residency } = configuration;
  const { bedrock, isResidency } = await import("@artguard/core/bedrock");
  return bedrock({
    model,
    ...bedrockPlace(configuration),
    ...(residency !== undefined && isResidency(residency) && { residency }),
    ...(bedrockBudget !== undefined && { budget: { perDayUsd: Number(bedrockBudget) } }),
  });
}

/**
 * Options that a part refuses came from the environment, and so did the choice of a part without its SDK.
 *
 * @throws UsageError
 */
export async function explained<Parts>(assemble: () => Promise<Parts>): Promise<Parts> {
  try {
    return await assemble();
  } catch (error) {
    if (isArtGuardError(error)) throw new UsageError(`${error.message}. ${error.fix}`);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    const [, missing] = /'(@aws-sdk\/[^']+)'/.exec(message) ?? [];
    throw new UsageError(`Bedrock needs the package ${missing ?? "@aws-sdk/client-bedrock-runtime"} beside this one`);
  }
}
