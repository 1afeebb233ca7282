import { type Configuration, isArtGuardError, loadConfiguration } from "@artguard/core";
import { UsageError } from "../usage-error.ts";

/** Where a command's records and images are. */
export interface StorePlace {
  /** Names, region and folder, from the environment. */
  readonly configuration: Configuration;
  /** DynamoDB and S3 instead of the folder. */
  readonly aws: boolean;
}

/** The place that options and environment name. @throws UsageError */
export function placeOf({ folder, aws }: { folder?: string | undefined; aws: boolean }): StorePlace {
  if (folder !== undefined && aws) throw new UsageError("--folder and --aws exclude each other");
  try {
    const configuration = loadConfiguration();
    return { configuration: folder === undefined ? configuration : { ...configuration, folder }, aws };
  } catch (error) {
    if (!isArtGuardError(error, "configuration.")) throw error;
    throw new UsageError(`${error.message}. ${error.fix}`);
  }
}
