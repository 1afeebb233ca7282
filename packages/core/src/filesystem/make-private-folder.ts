import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getSystemErrorMessage } from "node:util";
import { ArtGuardError } from "../errors/artguard-error.ts";

/**
 * Makes the folder of embedded stores: for its owner's eyes only, and ignoring itself, so that version control does not
 * take in what people sent. A folder that is there already stays as its owner made it.
 *
 * @throws ArtGuardError `storage.write-failed`
 * @example
 * await makePrivateFolder(".artguard");
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await writeFile(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    throw new ArtGuardError("storage.write-failed", `the folder ${folder} cannot be made: ${reasonOf(error)}`, {
      fix: "Name a folder that can be made and written: `storage` of createArtGuard, --folder or ARTGUARD_FOLDER of the command line.",
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "errno" in error && typeof error.errno === "number" ? getSystemErrorMessage(error.errno) : error.message;
}
