import { isIPv4, isIPv6 } from "node:net";
import { longestInput } from "./safe-text.ts";

/** Stands in place of what must not be written. */
export const redacted = "[redacted]";

/** Attributes whose values are secret whatever they look like. `query_hash`, `key_id` and the like are not. */
const secretName =
  /(?:^|_)(?:pass(?:word|phrase|wd|code)?|pwd|secret|token|authorization|auth|cookie|credentials?|otp|pin|cvv|cvc|jwt|bearer|(?:api|private|secret|access|signing|encryption|master|data)_key|key_material|share|seed|mnemonic|salt|nonce|iban|card(?:_number)?|pan|email|e_mail|mail|phone|address|full_name|first_name|last_name|birth_?date|date_of_birth|cedula|ssn|national_id|biometric|account_number)s?$/;

/** Patterns of secrets and personal data; all run in linear time. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{3,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{3,40}-----|$)/g, redacted],
  [/\b(?:bearer|basic|digest|negotiate)\s+[A-Za-z0-9+/=_.~-]{6,}/gi, redacted],
  [/\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}/g, redacted],
  [/PRIVATE\+KEY\+\S+/g, redacted],
  // Keys of ours, and deletion tokens in the same form.
  [/\bag_(?:[a-z]{1,12}_)?[0-9a-f]{12}_[0-9a-f]{16,}/g, redacted],
  [/\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[0-9A-Z]{16}\b/g, redacted],
  [/\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}/g, redacted],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|xox[abeoprs]-[\w-]{8,})/g,
    redacted,
  ],
  [/\bAIza[\w-]{30,}/g, redacted],
  // `password=…`, `"api_key": "…"`, `?token=…`
  [
    /\b((?:pass(?:word|phrase|wd)?|pwd|secret|token|api[-_]?key|access[-_]?key|secret[-_]?access[-_]?key|client[-_]?secret|authorization|cookie|sessionid|otp|pin)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"'&,;]+)/gi,
    `$1${redacted}`,
  ],
  // The user part of a URL.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,256}@/gi, `$1${redacted}@`],
  // Secret access keys of AWS: 40 characters, unlike a hexadecimal hash with capitals and small letters.
  [
    /(?<![A-Za-z0-9+/=])(?=[A-Za-z0-9+/]{0,39}[A-Z])(?=[A-Za-z0-9+/]{0,39}[g-z])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g,
    redacted,
  ],
];

const emailPattern = /[^\s@<>"'(),:;=[\]\\]{1,64}@[^\s@<>"'(),:;=[\]\\]{1,253}/gu;
const ibanPattern = /\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}\b/gi;
const cardPattern = /(?<![0-9A-Fa-f])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Fa-f])/g;
const addressPattern =
  /(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3})(?![\w:])/gi;
/** What every pattern needs; most texts have none of it. */
const suspicious =
  /[@:=+]|-----|\d{4}|bearer|basic|digest|negotiate|eyJ|[A-Za-z0-9+/]{16}|_[A-Za-z0-9]{8}|-[A-Za-z0-9]{4}|\d\.\d/i;

/** Whether values of this attribute are never written. @param name In snake_case. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Text without secrets and personal data; what is longer than 4,096 characters is replaced as a whole. */
export function redactText(text: string): string {
  if (text.length > longestInput) return `[${text.length} characters]`;
  // A hidden character must not keep a pattern from matching.
  const plain = text.normalize("NFKC").replace(/[\p{Cf}\u00ad]/gu, "");
  if (!suspicious.test(plain)) return text;
  const cleaned = withoutPatterns(plain);
  return cleaned === plain ? text : cleaned;
}

function withoutPatterns(text: string): string {
  let cleaned = text;
  for (const [pattern, replacement] of patterns) cleaned = cleaned.replace(pattern, replacement);
  if (cleaned.includes("@")) cleaned = cleaned.replace(emailPattern, "[email]");
  if (/[0-9]{2}/.test(cleaned)) {
    cleaned = cleaned
      .replace(ibanPattern, (found) => (isIban(found) ? "[iban]" : found))
      .replace(cardPattern, (found) => (isCard(found) ? "[card]" : found));
  }
  if (!/[.:]/.test(cleaned)) return cleaned;
  return cleaned.replace(addressPattern, (found) => (isIPv4(found) || isIPv6(found) ? "[address]" : found));
}

/** The check digits of ISO 13616: rearranged, with letters as numbers from 10, the rest by 97 is 1. */
function isIban(text: string): boolean {
  const compact = text.replace(/[ -]/g, "").toUpperCase();
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** The check digit of ISO/IEC 7812 (Luhn). */
function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, "");
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = Number(digits.at(-place)) * (place % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
