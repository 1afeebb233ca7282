import { existsSync } from "node:fs";
import { isArtGuardError } from "@artguard/core";
import { folderKeysFile } from "@artguard/governance";
import { UsageError } from "../usage-error.ts";
import { type Installation, type OpenInstallation, openInstallation } from "./open-installation.ts";
import { placeOf } from "./store-options.ts";
import { reportFailure } from "./with-artguard.ts";

/**
 * Runs a command on the installation of a folder, closes it, and says what went wrong.
 *
 * @param how.create Make an installation where there is none; without it that is a mistake of the caller.
 * @returns the command's exit status, or 1.
 * @throws UsageError
 */
export async function withInstallation(
  { folder: named, json }: { readonly folder: string | undefined; readonly json: boolean },
  how: { readonly create: boolean },
  command: (installation: Installation) => Promise<number>,
): Promise<number> {
  const { folder } = placeOf({ folder: named, aws: false }).configuration;
  if (!how.create && !existsSync(folderKeysFile(folder)))
    throw new UsageError(`there is no installation in ${folder}; \`artguard serve\` or \`users create\` makes one`);
  let installation: OpenInstallation | undefined;
  try {
    installation = await openInstallation(folder);
    return await command(installation);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), json);
    return 1;
  } finally {
    await installation?.close();
  }
}
