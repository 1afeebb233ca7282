import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Configuration, isArtGuardError, loadConfiguration } from "@artguard/core";
import { UsageError } from "../usage-error.ts";

/** Where a command's records and images are. */
export interface StorePlace {
  /** Names, region and folder, from the environment. */
  readonly configuration: Configuration;
  /** DynamoDB and S3 instead of the folder. */
  readonly aws: boolean;
}

const placeOptions = {
  folder: { type: "string" },
  aws: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** Parses a command that works on stores: its own options, `--folder`, `--aws` and `--json`. @throws UsageError */
export function parseStoreCommand<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, ...placeOptions },
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The place that options and environment name. @throws UsageError */
export function placeOf({ folder, aws }: { folder?: string | undefined; aws: boolean }): StorePlace {
  if (folder === "") throw new UsageError("--folder must name a folder");
  if (folder !== undefined && aws) throw new UsageError("--folder and --aws exclude each other");
  try {
    const configuration = loadConfiguration();
    return { configuration: folder === undefined ? configuration : { ...configuration, folder }, aws };
  } catch (error) {
    if (!isArtGuardError(error, "configuration.")) throw error;
    throw new UsageError(`${error.message}. ${error.fix}`);
  }
}

/** A whole number of at least 1. @throws UsageError */
export function countOf(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError(`--${name} must be a whole number from 1 on, got "${value}"`);
}
