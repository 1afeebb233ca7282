import { type Detector, isArtGuardError } from "@artguard/core";
import { folderKnownWorks, knownWorkDetector } from "@artguard/forensics";
import { printable } from "./printable.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The detector for a folder of known originals; none when no folder is named. Files that are no images are named on
 * standard error.
 *
 * @throws UsageError when the folder cannot be read.
 */
export async function readKnownWorks(folder: string | undefined): Promise<Detector[]> {
  if (folder === undefined) return [];
  try {
    const { works, refused } = await folderKnownWorks(folder);
    for (const { path, error } of refused)
      process.stderr.write(`not a known original: ${printable(path)}: ${printable(error.message)}\n`);
    return [knownWorkDetector({ works })];
  } catch (error) {
    if (isArtGuardError(error)) throw new UsageError(error.message);
    throw error;
  }
}
