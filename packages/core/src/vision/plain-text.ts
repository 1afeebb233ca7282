/**
 * Text from outside as one line of visible characters: controls, line ends, and format characters (bidirectional
 * overrides, zero widths, tags), which a reader does not see but a model or a terminal obeys, become spaces.
 *
 * @param longest Characters (UTF-16 units) that are kept; longer text ends with `…`.
 */
export function plainText(text: string, longest: number): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/u, "")}…`;
}
