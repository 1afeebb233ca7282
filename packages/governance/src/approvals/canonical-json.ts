import { createHash } from "node:crypto";
import type { JsonValue } from "@artguard/core";

/**
 * The one text of a JSON value: names in order of their UTF-16 units, no white space (RFC 8785; numbers and strings are
 * written as ECMAScript does).
 */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_, part: JsonValue) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Lower-case hex SHA-256 of {@link canonicalJson}. */
export function canonicalHash(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
