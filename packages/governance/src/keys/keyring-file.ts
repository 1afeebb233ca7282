import { open, unlink } from "node:fs/promises";
import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { hasCode, readPrivateFile, writePrivateFile } from "./private-file.ts";

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
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
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
export function writeKeyring(path: string, content: KeyringContent, ifAbsent = false): Promise<boolean> {
  return writePrivateFile(path, `${JSON.stringify(content, undefined, 2)}\n`, ifAbsent);
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
