import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { ServerSecret } from "./server-secret.ts";
import { type UserId, userIdOf } from "./user-id.ts";

/** A caller without an account: a pseudonym of its own, and what proves later that it is theirs. */
export interface AnonymousUser {
  readonly user_id: UserId;
  /** Shown once. Whoever holds it may export and erase what was recorded under the pseudonym. */
  readonly deletion_token: string;
}

/**
 * A pseudonym for one anonymous session. Nothing is stored: the token is an HMAC of the pseudonym.
 *
 * @example
 * const { user_id, deletion_token } = newAnonymousUser(secret);
 */
export function newAnonymousUser(secret: ServerSecret): AnonymousUser {
  const user_id = userIdOf(`anon#${randomUUID()}`);
  return { user_id, deletion_token: deletionToken(user_id, secret) };
}

/**
 * Whether the token was given out with this pseudonym; compared in constant time.
 *
 * @example
 * if (isDeletionToken(token, userId, secret)) console.log("may be erased");
 */
export function isDeletionToken(token: string, userId: UserId, secret: ServerSecret): boolean {
  const [given, expected] = [Buffer.from(token), Buffer.from(deletionToken(userId, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function deletionToken(userId: UserId, secret: ServerSecret): string {
  return createHmac("sha256", secret).update(`deletion-token\n${userId}`).digest("base64url");
}
