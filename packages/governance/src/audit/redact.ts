import { isIPv4, isIPv6 } from "node:net";
import { longestInput } from "./safe-text.ts";

/** Stands in place of what must not be written. */
export const redacted = "[redacted]";

/** Attributes whose values are secret whatever they look like. `query_hash`, `key_id` and the like are not. */
const secretName =
  /(?:^|_)(?:pass(?:word|phrase|wd|code)?|pwd|secret|(?:auth|access|refresh|id|session)?token|authorization|auth|cookie|credentials?|otp|pin|cvv|cvc|jwt|bearer|(?:api|private|secret|access|signing|encryption|master|data)_?key|key_material|share|seed|mnemonic|salt|nonce|iban|card(?:_number)?|pan|email|e_mail|mail|phone|address|full_name|first_name|last_name|birth_?date|date_of_birth|dob|cedula|ssn|national_id|biometric|account_number)s?(?:_(?:value|text|string|header|plain|raw|hash|base64|hex|confirm(?:ation)?|[0-9]+))*$/;

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
  // Headers with any scheme or several values.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[=:]\s*)[^\r\n]+/gi, `$1$2${redacted}`],
  // `password=…`, `"apiKey": "…"`, `?access_token=…`, `DB_PASSWORD=…`; a text in quotes may be cut off.
  [
    /((?:pass(?:word|phrase|wd)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|session_?id|(?<![a-z0-9])(?:pass|pwd|otp|pin))\\?["']?\s*[=:]\s*)(?:\\?"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|[^\s"'&,;]+)/gi,
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

const emailPattern = /(?:[^\s@<>"'(),:;=?&[\]\\]{1,64}|"[^"@\r\n]{1,64}")(?:@|%40)[^\s@<>"'(),:;=&[\]\\]{1,253}/giu;
/** An account number, and words behind it. */
const ibanPattern = /\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Z0-9])/gi;
/** Characters of an account number by country: the registry of ISO 13616. */
const ibanLengths = new Map(
  Array.from(
    (
      "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
      "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 " +
      "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 " +
      "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    ).matchAll(/([A-Z]{2})([0-9]{2})/g),
    ([, country = "", length]) => [country, Number(length)],
  ),
);
/** A card's number, and other numbers behind it. */
const cardPattern = /(?<![0-9A-Fa-f])[0-9](?:[ -]?[0-9]){12,40}(?![0-9A-Fa-f])/g;
/** Ids of requests and the like, of which a part can look like a number. */
const idPattern = /(\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)/i;
const [fewestDigits, mostDigits] = [13, 19];
const addressPattern =
  /(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3})(?![\w:])/gi;
/** What is not seen: controls other than white space, format characters, fillers, selectors. */
const hidden = /[\p{Cf}\p{DI}]|(?![\t\n\r])\p{Cc}/gu;
/** What every pattern needs; most texts have none of it. */
const suspicious =
  /[@:=+%]|-----|\d{4}|bearer|basic|digest|negotiate|eyJ|[A-Za-z0-9+/]{16}|_[A-Za-z0-9]{8}|-[A-Za-z0-9]{4}|\d\.\d/i;

/** Whether values of this attribute are never written. @param name In snake_case. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Text without secrets and personal data; what is longer than 4,096 characters is replaced as a whole. */
export function redactText(text: string): string {
  if (text.length > longestInput) return `[${text.length} characters]`;
  // A hidden character must not keep a pattern from matching.
  const plain = text.normalize("NFKC").replace(hidden, "");
  if (!suspicious.test(plain)) return text;
  const cleaned = withoutPatterns(plain);
  return cleaned === plain ? text : cleaned;
}

function withoutPatterns(text: string): string {
  let cleaned = text;
  for (const [pattern, replacement] of patterns) cleaned = cleaned.replace(pattern, replacement);
  if (/@|%40/.test(cleaned)) cleaned = cleaned.replace(emailPattern, "[email]");
  if (/[0-9]{2}/.test(cleaned)) {
    const parts = cleaned.split(idPattern);
    cleaned = parts.map((part, index) => (index % 2 === 1 ? part : withoutNumbers(part))).join("");
  }
  if (!/[.:]/.test(cleaned)) return cleaned;
  return cleaned.replace(addressPattern, (found) => (isIPv4(found) || isIPv6(found) ? "[address]" : found));
}

function withoutNumbers(text: string): string {
  return replaceEach(replaceEach(text, ibanPattern, ibanLength, "[iban]"), cardPattern, cardLength, "[card]");
}

/** Looks at every place where the pattern begins: what it takes in there may begin with something else. */
function replaceEach(text: string, pattern: RegExp, lengthOf: (found: string) => number, replacement: string): string {
  let [cleaned, at] = ["", 0];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const length = lengthOf(match[0]);
    if (length > 0) {
      cleaned += text.slice(at, match.index) + replacement;
      at = match.index + length;
    }
    pattern.lastIndex = match.index + Math.max(length, 1);
  }
  return cleaned + text.slice(at);
}

/** Characters of the account number at the beginning; 0 where there is none. */
function ibanLength(text: string): number {
  const wanted = ibanLengths.get(text.slice(0, 2).toUpperCase()) ?? Number.POSITIVE_INFINITY;
  let compact = "";
  for (let index = 0; index < text.length && compact.length < wanted; index++) {
    if (!isLetterOrDigit(text[index])) continue;
    compact += text[index];
    const isWhole = compact.length === wanted && !isLetterOrDigit(text[index + 1]);
    if (isWhole && hasIbanDigits(compact.toUpperCase())) return index + 1;
  }
  return 0;
}

function isLetterOrDigit(character = ""): boolean {
  return /[A-Z0-9]/i.test(character);
}

/** Characters of the longest card's number at the beginning; 0 where there is none. */
function cardLength(text: string): number {
  let [digits, longest] = ["", 0];
  for (let index = 0; index < text.length && digits.length < mostDigits; index++) {
    if (!isLetterOrDigit(text[index])) continue;
    digits += text[index];
    if (digits.length >= fewestDigits && !isLetterOrDigit(text[index + 1]) && isCard(digits)) longest = index + 1;
  }
  return longest;
}

/** The check digits of ISO 13616: rearranged, with letters as numbers from 10, the rest by 97 is 1. */
function hasIbanDigits(compact: string): boolean {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** The check digit of ISO/IEC 7812 (Luhn). */
function isCard(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = Number(digits.at(-place)) * (place % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
