import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { reasonOf } from "./reason-of.ts";

/**
 * Writes a file so that its readers see the old content or the new one, never a part.
 *
 * @throws ArtGuardError `storage.write-failed`
 */
export async function atomicWrite(path: string, content: string | Uint8Array): Promise<void> {
  // A name of its own: that of a long file would grow beyond what file systems take.
  const unfinished = join(dirname(path), `.${randomUUID()}.unfinished`);
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new ArtGuardError("storage.write-failed", `${path}: ${reasonOf(error)}`, { cause: error });
  }
}
