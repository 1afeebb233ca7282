import { z } from "zod";
import { ArtGuardError } from "../errors/artguard-error.ts";

const longestEmail = 254;

/** A normalised e-mail address; see {@link normalizeEmail}. */
export const emailSchema = z
  .string()
  .max(longestEmail)
  .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u, "expected an e-mail address")
  .refine((email) => email === fold(email), "expected a normalised e-mail address")
  .brand<"Email">();
/** See {@link emailSchema}. */
export type Email = z.infer<typeof emailSchema>;

/**
 * The one form under which an address is stored, compared and unique: trimmed, lower case, Unicode NFC.
 *
 * @throws ArtGuardError `user.invalid-input` for what is no address; the message does not repeat it.
 * @example
 * normalizeEmail("Ada@Example.org"); // ada@example.org
 */
export function normalizeEmail(address: string): Email {
  const parsed = emailSchema.safeParse(fold(address));
  if (parsed.success) return parsed.data;
  throw new ArtGuardError("user.invalid-input", `email: expected an address of at most ${longestEmail} characters`);
}

function fold(address: string): string {
  return address.trim().toLowerCase().normalize("NFC");
}
