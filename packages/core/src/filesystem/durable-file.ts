import { link, mkdir, open, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { systemCode } from "./folder-error.ts";

const publishAttempts = 10;

/**
 * Makes the names in a folder durable; false when the folder is gone. Windows flushes names itself and cannot open a
 * folder.
 */
export async function syncFolder(path: string): Promise<boolean> {
  if (process.platform === "win32") return true;
  const folder = await open(path, "r").catch((error) => {
    if (systemCode(error) !== "ENOENT") throw error;
  });
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
  return folder !== undefined;
}

/**
 * Gives a complete, flushed file its final name in one step and returns once the name is durable.
 *
 * @param root Existing folder; the folders between it and the file are made as needed.
 * @param checkFolder Throws for a folder that exists and is not one of the store's.
 * @throws The system's error, with nothing published; EEXIST with `ifAbsent` when the name is taken.
 * @throws ArtGuardError `storage.unavailable` when it was published but could not be made durable.
 * @example
 * const temporary = join("reports", ".half-written");
 * await writeFile(temporary, bytes, { flush: true });
 * await publish(temporary, "reports", ["2026", "portrait.json"], false, async () => {});
 */
export async function publish(
  temporary: string,
  root: string,
  names: readonly string[],
  ifAbsent: boolean,
  checkFolder: (path: string) => Promise<void>,
): Promise<void> {
  const folders = names.slice(0, -1).map((_, index) => join(root, ...names.slice(0, index + 1)));
  const final = join(root, ...names);
  for (let attempt = 1; ; attempt++) {
    try {
      for (const folder of folders) await makeFolder(folder, checkFolder);
      // Only a link fails when the name is taken; a rename would replace the file.
      if (ifAbsent) await link(temporary, final);
      else await rename(temporary, final);
      break;
    } catch (error) {
      // Another process removed a folder that had become empty.
      if (systemCode(error) !== "ENOENT" || attempt === publishAttempts) throw error;
    }
  }
  try {
    // A folder that exists may be one whose name its maker has not flushed yet: all of them, up to the root. One that is
    // gone again was removed with our object by someone who deleted it.
    for (const folder of [...folders].reverse()) await syncFolder(folder);
    await syncFolder(root);
  } catch (cause) {
    // Not a failed write: the object is there for every reader.
    const message = `${final} is written, but its name could not be flushed: a power failure may take it back`;
    throw new ArtGuardError("storage.unavailable", message, { cause });
  }
  // The object stands; its second name would be removed as a leftover.
  if (ifAbsent) await unlink(temporary).catch(() => undefined);
}

/** Removes a file, makes that durable, and removes the folders that it leaves empty, up to the root. */
export async function removeDurably(root: string, names: readonly string[]): Promise<void> {
  await unlink(join(root, ...names));
  for (let depth = names.length - 1; depth >= 0; depth--) {
    const folder = join(root, ...names.slice(0, depth));
    if (depth > 0 && (await removeIfEmpty(folder))) continue;
    if (await syncFolder(folder)) return;
  }
}

/** Checks each folder before one is made inside it. */
async function makeFolder(path: string, checkFolder: (path: string) => Promise<void>): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    await checkFolder(path);
  }
}

async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return true;
    return false;
  }
}
