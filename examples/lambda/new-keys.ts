import { randomBytes } from "node:crypto";
import { newAuditKeyPair } from "@artguard/governance";
import type { z } from "zod";
import type { installationKeysSchema } from "./functions/installation-keys.ts";

/** Keys of a new installation, as its secret holds them. */
export function newKeys(name: string): z.infer<typeof installationKeysSchema> {
  return {
    audit_signing_key: newAuditKeyPair(name).signingKey,
    secret: randomBytes(32).toString("base64"),
    cursor_key: randomBytes(32).toString("base64"),
  };
}
