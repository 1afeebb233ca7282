const form = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/**
 * An IBAN without spaces, in capitals.
 *
 * @example
 * normalizeIban("cr05 0152 0200 1026 2840 66"); // CR05015202001026284066
 */
export function normalizeIban(text: string): string {
  return text.replaceAll(/\s/g, "").toUpperCase();
}

/**
 * Whether a normalised IBAN has the form of one and its check digits fit (ISO 13616: the number modulo 97 is 1).
 *
 * @example
 * isIban("CR05015202001026284066"); // true
 */
export function isIban(iban: string): boolean {
  if (!form.test(iban)) return false;
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((character) => Number.parseInt(character, 36)).join("");
  return BigInt(digits) % 97n === 1n;
}
