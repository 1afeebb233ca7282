import { randomBytes } from "node:crypto";
import { open, readFile, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { publish } from "@artguard/core/filesystem";
import { z } from "zod";

const hexId = z.string().regex(/^[0-9a-f]{16}$/);

/** Highest cost of scrypt that a file may ask for: 1 GiB of memory. */
export const highestCost = 2 ** 20;

/** Content of a keyring file: its keys are sealed by the key that its owner's secret gives. */
const keyringSchema = z.strictObject({
  format: z.literal("artguard-keyring"),
  version: z.literal(1),
  /** How the owner's secret becomes a key: not at all, or by scrypt (RFC 7914). */
  derivation: z.discriminatedUnion("name", [
    z.strictObject({ name: z.literal("none") }),
    z.strictObject({
      name: z.literal("scrypt"),
      salt: z.base64(),
      cost: z.number().int().min(2).max(highestCost),
      block_size: z.number().int().min(1).max(32),
    }),
  ]),
  current: hexId,
  keys: z.array(z.strictObject({ key_id: hexId, created_at: z.number().int(), sealed: z.base64() })).min(1),
});
/** What a keyring file holds. */
export type KeyringContent = z.infer<typeof keyringSchema>;

/** The content of a keyring file, or undefined when there is none. @throws ArtGuardError `keys.file-exposed`, `keys.file-damaged` */
export async function readKeyring(path: string): Promise<KeyringContent | undefined> {
  let text: string;
  try {
    await assertPrivate(path);
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    return keyringSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ArtGuardError("keys.file-damaged", `${path} is not a keyring`, { cause });
  }
}

/**
 * Writes the file whole or not at all, readable by its owner only.
 *
 * @param ifAbsent False when there is one already, which then stays as it is.
 */
export async function writeKeyring(path: string, content: KeyringContent, ifAbsent = false): Promise<boolean> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(8).toString("hex")}`);
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
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

/**
 * Lets only one process change the file at a time.
 *
 * @throws ArtGuardError `keys.file-locked` while another one does.
 */
export async function whileLocked<Result>(path: string, change: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  try {
    await (await open(lock, "wx", 0o600)).close();
  } catch (cause) {
    if (!hasCode(cause, "EEXIST")) throw cause;
    throw new ArtGuardError("keys.file-locked", `${lock} exists: another process changes the keyring`, { cause });
  }
  try {
    return await change();
  } finally {
    await unlink(lock);
  }
}

/** Windows has no such bits. */
async function assertPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  throw new ArtGuardError("keys.file-exposed", `${path} may be read or written by others than its owner`);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
