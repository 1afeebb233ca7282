/** Markup that needs no escaping. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes. */
export type MarkupValue = Markup | string | number | false | null | undefined | readonly MarkupValue[];

/**
 * Markup from a template. Interpolated strings are escaped for elements and quoted attributes; `false`, `null` and
 * `undefined` print nothing; lists print their members.
 */
export function html(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + print(values[index - 1]) + part));
}

function print(value: MarkupValue): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(print).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  // Control and direction-changing characters of untrusted text could make a page say what it does not.
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");
}
