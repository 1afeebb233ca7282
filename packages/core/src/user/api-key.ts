import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ServerSecret } from "./server-secret.ts";

/** The two parts of an API key: what it is found by, and the whole that proves it. */
export interface ApiKeyParts {
  /** 12 hexadecimal digits; not secret. */
  readonly prefix: string;
  readonly key: string;
}

const form = /^ag_(?:[a-z]{1,12}_)?([0-9a-f]{12})_[0-9a-f]{64}$/;
const environmentForm = /^[a-z]{1,12}$/;
const [prefixBytes, secretBytes] = [6, 32];

/**
 * A new key `ag_<environment>_<prefix>_<secret>`, the secret being 256 random bits: secret scanners recognise the form,
 * and people see which environment it opens.
 *
 * @param environment 1–12 lower-case letters; left out of the key when undefined.
 */
export function newApiKey(environment?: string): ApiKeyParts {
  const prefix = randomBytes(prefixBytes).toString("hex");
  const secret = randomBytes(secretBytes).toString("hex");
  return { prefix, key: ["ag", environment, prefix, secret].filter((part) => part !== undefined).join("_") };
}

/** Whether `newApiKey` can take this name of an environment. */
export function isKeyEnvironment(environment: string): boolean {
  return environmentForm.test(environment);
}

/** The parts of a key, or undefined for what has not the form of one. */
export function parseApiKey(key: string): ApiKeyParts | undefined {
  const prefix = form.exec(key)?.[1];
  return prefix === undefined ? undefined : { prefix, key };
}

/** What is stored of a key: lower-case hex HMAC-SHA-256 under the server secret. A stolen table opens nothing. */
export function hashApiKey(key: string, secret: ServerSecret): string {
  return createHmac("sha256", secret).update(`api-key\n${key}`).digest("hex");
}

/** Compares two hexadecimal hashes of equal length in constant time. */
export function equalHashes(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, "hex"), Buffer.from(b, "hex"));
}
