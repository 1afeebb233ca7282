import { isArtGuardError } from "../errors/artguard-error.ts";

/** One thing about a store that was looked at, and what to do when it is not as it should be. */
export interface StoreCheck {
  /** The store, e.g. `table artguard-users-dev`. */
  readonly subject: string;
  /** What was looked at, e.g. `index email-index`. */
  readonly what: string;
  /** `unknown`: it could not be looked at. */
  readonly status: "ok" | "problem" | "unknown";
  /** What was found. */
  readonly message: string;
  /** How to mend it; absent when it is ok. */
  readonly fix?: string;
}

/**
 * Runs one check of a store; what it throws becomes a problem or, where reading itself is refused, an unknown.
 *
 * @example
 * const check = await checkStore("table notes", "reads", async () => "one item was read");
 */
export async function checkStore(
  subject: string,
  what: string,
  check: () => Promise<string | Pick<StoreCheck, "message" | "fix">>,
): Promise<StoreCheck> {
  try {
    const found = await check();
    if (typeof found === "string") return { subject, what, status: "ok", message: found };
    return { subject, what, status: "problem", ...found };
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    const status = error.code === "storage.access-denied" ? "unknown" : "problem";
    return { subject, what, status, message: error.message, fix: error.fix };
  }
}
