import { createHash } from "node:crypto";
import { ArtGuardError, type JsonValue } from "@artguard/core";

const deepest = 100;

/**
 * The one text of a JSON value: names in order of their UTF-16 units, no white space (RFC 8785; numbers and strings are
 * written as ECMAScript does). Attributes that are undefined are absent.
 *
 * @throws ArtGuardError `approvals.invalid-input` for what is no JSON value (numbers that are not finite, dates, bytes,
 * lone surrogates …) or nested deeper than 100: two things that are asked must never have one text.
 * @example
 * canonicalJson({ b: 1, a: 2 }); // {"a":2,"b":1}
 */
export function canonicalJson(value: JsonValue): string {
  return textOf(value, 0);
}

/**
 * Lower-case hex SHA-256 of {@link canonicalJson}.
 *
 * @example
 * canonicalHash({ b: 1, a: 2 }) === canonicalHash({ a: 2, b: 1 }); // true
 */
export function canonicalHash(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** @param value Whatever a caller without types passes. */
function textOf(value: unknown, depth: number): string {
  if (depth > deepest) throw noJson(`nested deeper than ${deepest}`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === "string" && value.isWellFormed()) return JSON.stringify(value);
  // Unlike map(), this also sees what is missing in an array.
  if (Array.isArray(value)) return `[${Array.from(value, (part) => textOf(part, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || !isPlain(value)) throw noJson(`of type ${typeof value}`);
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  const entries = given.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, part]) => `${textOf(name, depth)}:${textOf(part, depth + 1)}`).join(",")}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}

function noJson(what: string): ArtGuardError {
  return new ArtGuardError("approvals.invalid-input", `what is asked must be JSON; a part of it is ${what}`);
}
