import { randomBytes } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ArtGuardError } from "@artguard/core";
import { newAuditKeyPair } from "@artguard/governance";
import { z } from "zod";

const secretsSchema = z.object({
  /** Base64 of 32 random bytes. */
  apiKeys: z.string(),
  /** Base64 of 32 random bytes. */
  auditSubjects: z.string(),
  auditSigningKey: z.string(),
  auditVerifierKey: z.string(),
});

/** Secrets of an embedded server. */
export interface ServerSecrets {
  /** Key of the stored API keys. */
  readonly apiKeys: Uint8Array;
  /** Key of the pseudonyms in the audit log. */
  readonly auditSubjects: Uint8Array;
  readonly auditSigningKey: string;
  /** What the audit log is verified with: public. */
  readonly auditVerifierKey: string;
}

const fileName = "secrets.json";

/**
 * The secrets of a folder, made at the first start, in a file that its owner alone may read. Whoever loses the file loses
 * every API key and can sign no more checkpoints of the same log.
 *
 * @throws ArtGuardError `configuration.invalid` for a file that is not one of these.
 */
export async function openSecrets(folder: string): Promise<ServerSecrets> {
  const path = join(folder, fileName);
  const text = (await readIfThere(path)) ?? (await makeSecrets(path));
  const parsed = secretsSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new ArtGuardError("configuration.invalid", `${fileName} of the folder is damaged`);
  const { apiKeys, auditSubjects, ...rest } = parsed.data;
  return { ...rest, apiKeys: Buffer.from(apiKeys, "base64"), auditSubjects: Buffer.from(auditSubjects, "base64") };
}

/** Two that start at once end with the same secrets: a file is there whole, and is never replaced. */
async function makeSecrets(path: string): Promise<string> {
  const { signingKey, verifierKey } = newAuditKeyPair("artguard/embedded-audit");
  const secret = () => randomBytes(32).toString("base64");
  const secrets = {
    apiKeys: secret(),
    auditSubjects: secret(),
    auditSigningKey: signingKey,
    auditVerifierKey: verifierKey,
  };
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(secrets, null, 2)}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await file.close();
    await rm(draft);
  }
  return readFile(path, "utf8");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
