import { createHash } from "node:crypto";
import type { JsonValue } from "@artguard/core";

/**
 * The one text of a JSON value: names in order of their UTF-16 units, no white space (RFC 8785; numbers and strings are
 * written as ECMAScript does).
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${canonicalJson(part)}`).join(",")}}`;
}

/** Lower-case hex SHA-256 of {@link canonicalJson}. */
export function canonicalHash(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
