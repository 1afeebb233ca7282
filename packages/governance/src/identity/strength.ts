import { ArtGuardError } from "@artguard/core";
import type { Authentication, SecurityContext } from "./security-context.ts";

/** See `Authentication`. */
export type Strength = Authentication["strength"];

/** What kind of factor a method of RFC 8176 is: something known, had, or of the body. */
const factorOf: Readonly<Record<string, "known" | "had" | "body">> = {
  pwd: "known",
  pin: "known",
  kba: "known",
  otp: "had",
  hwk: "had",
  swk: "had",
  sc: "had",
  sms: "had",
  tel: "had",
  pop: "had",
  face: "body",
  fpt: "body",
  iris: "body",
  retina: "body",
  vbm: "body",
};

/**
 * How strong a proof was, by the methods and the class that the issuer states (`amr`, RFC 8176, and `acr`): `multi` where
 * it says `mfa`, names methods of two kinds, or a class that is configured as such.
 */
export function strengthOf(amr: readonly string[], acr: unknown, multiFactorAcr: readonly string[] = []): Strength {
  const factors = new Set(amr.flatMap((method) => (Object.hasOwn(factorOf, method) ? factorOf[method] : [])));
  const isMulti = amr.includes("mfa") || factors.size > 1 || (typeof acr === "string" && multiFactorAcr.includes(acr));
  return isMulti ? "multi" : "single";
}

const ranks: Readonly<Record<Strength, number>> = { none: 0, single: 1, multi: 2 };

/**
 * Refuses a caller who has proven less than is needed here, or too long ago. A caller whose time of proof is not known is
 * refused where a time is asked for.
 *
 * @throws ArtGuardError `identity.step-up-required`
 * @example
 * requireStrength(context, "multi", { maxAgeMs: 15 * 60_000 });
 */
export function requireStrength(
  { authentication: { strength, at } }: SecurityContext,
  required: Exclude<Strength, "none">,
  { maxAgeMs, now = Date.now }: { readonly maxAgeMs?: number; readonly now?: () => number } = {},
): void {
  const isRecent = maxAgeMs === undefined || (at !== undefined && now() - at <= maxAgeMs);
  if (ranks[strength] >= ranks[required] && isRecent) return;
  throw new ArtGuardError("identity.step-up-required", "this needs a stronger or newer proof of who is asking", {
    details: { required, ...(maxAgeMs !== undefined && { max_age_ms: maxAgeMs }) },
  });
}
