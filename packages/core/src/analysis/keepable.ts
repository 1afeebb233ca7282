import { isStorableNumber, largestNumber } from "../storage/table-key.ts";

/** Every store keeps 32 levels; an earlier result lies two deeper than a present one. */
const deepestLevel = 30;

/**
 * A part of a record as every store keeps it, so that no text, number or nesting that a detector or a model comes up with
 * costs the whole result: half surrogate pairs become U+FFFD, numbers out of range the nearest in it (tiny ones 0), what
 * is nested too deeply null; entries without a name are left out.
 */
export function keepable<Part extends object>(part: Part): Part {
  return entriesOf(part, 0) as Part;
}

function kept(value: unknown, level: number): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return numberOf(value);
  if (typeof value !== "object" || value === null) return value;
  if (level > deepestLevel) return null;
  if (Array.isArray(value)) return value.map((each) => kept(each, level + 1));
  return entriesOf(value, level);
}

function entriesOf(value: object, level: number): object {
  const prototype = Object.getPrototypeOf(value);
  // What is no JSON is the store's to refuse.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const named = Object.entries(value).filter(([name]) => name !== "");
  return Object.fromEntries(named.map(([name, each]) => [name.toWellFormed(), kept(each, level + 1)]));
}

function numberOf(value: number): number {
  if (isStorableNumber(value) || !Number.isFinite(value)) return value;
  return Math.abs(value) < 1 ? 0 : Math.sign(value) * largestNumber;
}
