import { randomBytes } from "node:crypto";
import { open, readFile, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { publish } from "@artguard/core/filesystem";

/** A file for its owner's eyes, or undefined when there is none. @throws ArtGuardError `keys.file-exposed` */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    await assertPrivate(path);
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Writes a file whole or not at all, readable by its owner only.
 *
 * @param ifAbsent Leave one that is there already as it is.
 * @returns false when there was one.
 */
export async function writePrivateFile(path: string, text: string, ifAbsent = false): Promise<boolean> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(8).toString("hex")}`);
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await publish(temporary, folder, [basename(path)], ifAbsent, async () => undefined);
    return true;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Windows has no such bits. */
async function assertPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  throw new ArtGuardError("keys.file-exposed", `${path} may be read or written by others than its owner`);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
