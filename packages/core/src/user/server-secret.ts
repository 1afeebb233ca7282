import { ArtGuardError } from "../errors/artguard-error.ts";

/** Key of the HMACs under which API keys and deletion tokens are stored or derived: at least 32 random bytes. */
export type ServerSecret = Uint8Array;

const leastBytes = 32;

/**
 * Refuses a secret that can be guessed.
 *
 * @throws ArtGuardError `user.invalid-input`
 * @example
 * assertServerSecret(secret);
 */
export function assertServerSecret(secret: ServerSecret): void {
  if (secret.length >= leastBytes) return;
  throw new ArtGuardError(
    "user.invalid-input",
    `the server secret has ${secret.length} bytes, of ${leastBytes} needed`,
    {
      fix: "Make one with randomBytes(32), keep it outside the database, and give the same one to every process.",
    },
  );
}
