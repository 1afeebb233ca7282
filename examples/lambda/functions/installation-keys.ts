import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";

/** What is in the secret; `pnpm keys` makes one. */
export const installationKeysSchema = z.strictObject({
  /** Of `newAuditKeyPair`: signs the audit log. */
  audit_signing_key: z.string().startsWith("PRIVATE+KEY+"),
  /** Base64 of 32 bytes: pseudonyms, hashes of API keys. */
  secret: z.base64().length(44),
  /** Base64 of 32 bytes: seals the cursors of pages. */
  cursor_key: z.base64().length(44),
});

/** Reads the keys of the installation from AWS Secrets Manager. @throws when there are none; what is read is not repeated. */
export async function readInstallationKeys(secretId: string, region: string) {
  const client = new SecretsManagerClient({ region });
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secretId }), {
    abortSignal: AbortSignal.timeout(10_000),
  });
  client.destroy();
  const keys = parsed(SecretString);
  if (!keys) throw new Error(`the secret ${secretId} holds no keys of ArtGuard; \`pnpm keys\` makes some`);
  return {
    signingKey: keys.audit_signing_key,
    secret: Buffer.from(keys.secret, "base64"),
    cursorKey: Buffer.from(keys.cursor_key, "base64"),
  };
}

function parsed(text: string): z.infer<typeof installationKeysSchema> | undefined {
  try {
    return installationKeysSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
