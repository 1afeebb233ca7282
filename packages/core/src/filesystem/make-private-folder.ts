import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
    throw new ArtGuardError("storage.write-failed", `the folder ${folder} cannot be made`, {
      fix: 'Give the folder to keep records in as `storage`, or `storage: "memory"` to keep none.',
      cause: error,
    });
  }
}
