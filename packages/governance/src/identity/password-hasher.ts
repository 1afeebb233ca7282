import { ArtGuardError } from "@artguard/core";
import { hash, verify } from "@node-rs/argon2";

/** Hashes passwords and compares them with their hashes. */
export interface PasswordHasher {
  /** An argon2id hash in PHC form. */
  hash(password: string): Promise<string>;
  /** @throws ArtGuardError `identity.too-many-attempts` when too many wait already. */
  matches(passwordHash: string, password: string): Promise<boolean>;
}

/** 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet: argon2id). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Options of {@link argon2Hasher}. */
export interface Argon2Options {
  /** Hashes at the same time, 19 MiB each; default 2. */
  readonly atOnce?: number;
  /** Logins that may wait for their turn; default 50, more are refused. */
  readonly waiting?: number;
}

/**
 * argon2id on the thread pool.
 *
 * @example
 * const hasher = argon2Hasher({ atOnce: 1 });
 * const hash = await hasher.hash("a long password");
 */
export function argon2Hasher({ atOnce = 2, waiting = 50 }: Argon2Options = {}): PasswordHasher {
  const turn = queue(atOnce, waiting);
  return {
    hash: (password) => turn(() => hash(password, parameters)),
    matches: (passwordHash, password) => turn(() => verify(passwordHash, password)),
  };
}

/** Runs at most `atOnce` tasks at a time and lets at most `waiting` others wait. */
function queue(atOnce: number, waiting: number) {
  const waiters: (() => void)[] = [];
  let running = 0;
  return async <Value>(task: () => Promise<Value>): Promise<Value> => {
    if (running >= atOnce) {
      if (waiters.length >= waiting) throw new ArtGuardError("identity.too-many-attempts", "too many logins at once");
      await new Promise<void>((resolve) => waiters.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await task();
    } finally {
      // The place goes to the next one who waits, or is free.
      const next = waiters.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
