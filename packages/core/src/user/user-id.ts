import { z } from "zod";
import { ArtGuardError } from "../errors/artguard-error.ts";

/**
 * The identity of a user, the same in every table: an OIDC `sub`, an id of your own, or `anon#` and something random.
 * `#` is kept for the other kinds of item of the users table, and `anonymous` is refused: a name that everybody shares
 * has one history for all of them, which nobody can erase.
 */
export const userIdTextSchema = z
  .string()
  .regex(/^(anon#)?[^\s#\p{Cc}]{1,128}$/u, "expected 1–128 characters without spaces, control characters and #")
  .refine((id) => id !== "anonymous", "use a pseudonym of newAnonymousUser() instead of one name for everybody");
/** As `userIdTextSchema`, checked once and known by its type. */
export const userIdSchema = userIdTextSchema.brand<"UserId">();
/** See {@link userIdSchema}. */
export type UserId = z.infer<typeof userIdSchema>;

/**
 * Checks an identity that came from outside.
 *
 * @throws ArtGuardError `user.invalid-input`
 * @example
 * const userId = userIdOf("cognito-sub-abc123xyz");
 */
export function userIdOf(value: string): UserId {
  const parsed = userIdSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ArtGuardError("user.invalid-input", `user_id: ${parsed.error.issues[0]!.message}`);
}
