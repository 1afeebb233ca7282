import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { newAuditKeyPair } from "../audit/signed-note.ts";
import { readPrivateFile, writePrivateFile } from "../keys/private-file.ts";

const folderKeysSchema = z.strictObject({
  format: z.literal("artguard-governance-keys"),
  version: z.literal(1),
  audit_signing_key: z.string(),
  audit_verifier_key: z.string(),
  /** Base64 of 32 bytes: pseudonyms, API keys, the embedded issuer. */
  secret: z.base64(),
  /** Base64 of 32 bytes: opens the keyring. */
  keyring_key: z.base64(),
});
/** The keys of an installation in one folder. Secret, but for `audit_verifier_key`. */
export type FolderKeys = z.infer<typeof folderKeysSchema>;

/**
 * The file in which they are kept, for its owner's eyes only.
 *
 * @example
 * folderKeysFile(".artguard"); // .artguard/governance.keys
 */
export function folderKeysFile(folder: string): string {
  return join(folder, "governance.keys");
}

/**
 * The keys of a folder, or undefined when it has none.
 *
 * @throws ArtGuardError `keys.file-exposed`, `keys.file-damaged`
 * @example
 * const keys = await readFolderKeys(".artguard");
 * if (keys) console.log(keys.audit_verifier_key);
 */
export async function readFolderKeys(folder: string): Promise<FolderKeys | undefined> {
  const file = folderKeysFile(folder);
  const text = await readPrivateFile(file);
  if (text === undefined) return undefined;
  try {
    return folderKeysSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ArtGuardError("keys.file-damaged", `${file} is not a file of keys`, { cause });
  }
}

/**
 * The keys of a folder, made at the first call; of several processes all get the same.
 *
 * @example
 * const { audit_signing_key } = await openFolderKeys(".artguard");
 */
export async function openFolderKeys(folder: string): Promise<FolderKeys> {
  const known = await readFolderKeys(folder);
  if (known) return known;
  const { signingKey, verifierKey } = newAuditKeyPair(`artguard.local/${randomBytes(8).toString("hex")}`);
  const keys: FolderKeys = {
    format: "artguard-governance-keys",
    version: 1,
    audit_signing_key: signingKey,
    audit_verifier_key: verifierKey,
    secret: randomBytes(32).toString("base64"),
    keyring_key: randomBytes(32).toString("base64"),
  };
  const made = await writePrivateFile(folderKeysFile(folder), `${JSON.stringify(keys, undefined, 2)}\n`, true);
  return made ? keys : openFolderKeys(folder);
}
