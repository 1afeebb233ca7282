/** Longer values are never stored in part: their length stands for them. */
export const longestInput = 4096;
/** Characters of a stored value. */
const longestText = 1024;

/** Controls (also ESC, CR, LF), line separators, and characters that reorder or hide text. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{FFFE}\u{FFFF}]/gu;
const isHarmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{FFFE}\u{FFFF}]/u;

/**
 * Text that no terminal, viewer or parser acts upon: each control, format or separator character becomes `<U+202E>`, lone
 * surrogates become U+FFFD.
 *
 * @param longest Characters after which it ends; default 1,024.
 */
export function safeText(text: string, longest = longestText): string {
  const whole = text.toWellFormed();
  const safe = isHarmful.test(whole) ? whole.replace(harmful, visible) : whole;
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 1).toWellFormed()}…`;
}

function visible(character: string): string {
  return `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** Names come from source code: there are few of them, and they come again and again. */
const knownNames = new Map<string, string | undefined>();
const mostKnownNames = 2000;

/** `camelCase`, `kebab-case` and anything else as `snake_case`, at most 64 characters; undefined when nothing is left. */
export function attributeName(name: string): string | undefined {
  if (knownNames.has(name)) return knownNames.get(name);
  const snake = snakeCase(name);
  if (knownNames.size < mostKnownNames && name.length <= 64) knownNames.set(name, snake);
  return snake;
}

function snakeCase(name: string): string | undefined {
  const snake = name
    .slice(0, 128)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "");
  return snake === "" ? undefined : snake.slice(0, 64);
}

/** `access.refused` as `ACCESS_REFUSED`, as the spec writes types of events and operations. */
export function upperSnake(name: string): string {
  return attributeName(name)?.toUpperCase() ?? "UNKNOWN";
}
