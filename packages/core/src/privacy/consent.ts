import type { Consent } from "../analysis/stored-image.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";

/** Whether this consent allows this, now. Consent to one purpose says nothing about another. */
export function allows(consent: Consent | undefined, purpose: Consent["purpose"]): boolean {
  return consent?.purpose === purpose && consent.withdrawn_at === undefined;
}

/** Refuses what nobody agreed to. @throws ArtGuardError `privacy.consent-required` */
export function assertConsent(consent: Consent | undefined, purpose: Consent["purpose"]): void {
  if (allows(consent, purpose)) return;
  const reason = consent === undefined ? "there is none" : consent.withdrawn_at ? "it was withdrawn" : `it is for ${consent.purpose}`;
  throw new ArtGuardError("privacy.consent-required", `this needs consent to ${purpose}: ${reason}`);
}
