import { randomBytes } from "node:crypto";

/**
 * Two random words of one call, in lower-case hexadecimal. Neither may come back: an answer that holds one quotes its
 * prompt.
 */
export interface PromptSecrets {
  /** Names the data blocks, so that no data can end its own block. */
  readonly nonce: string;
  /** Stands in the system part and nowhere else. */
  readonly canary: string;
}

/** Hexadecimal digits in a row that betray a secret; by chance they meet in one of 10¹⁹ texts. */
const tellingDigits = 16;

/**
 * Fresh secrets for one call, 128 random bits each.
 *
 * @example
 * const { nonce, canary } = newPromptSecrets();
 */
export function newPromptSecrets(): PromptSecrets {
  return { nonce: randomBytes(16).toString("hex"), canary: randomBytes(16).toString("hex") };
}

/**
 * True when a text holds half of a secret or more, also in capitals, in full-width letters, or with anything but hexadecimal digits between.
 *
 * @example
 * leaksSecret("The disc lacks the first compression.", newPromptSecrets()); // false
 */
export function leaksSecret(text: string, { nonce, canary }: PromptSecrets): boolean {
  const digits = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-f0-9]/g, "");
  return [nonce, canary].some((secret) => partsOf(secret).some((part) => digits.includes(part)));
}

function partsOf(secret: string): string[] {
  const count = Math.max(1, secret.length - tellingDigits + 1);
  return Array.from({ length: count }, (_, i) => secret.slice(i, i + tellingDigits));
}
