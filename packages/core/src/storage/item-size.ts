import { ArtGuardError } from "../errors/artguard-error.ts";
import { isStorableNumber } from "./table-key.ts";

/** 400 KB, DynamoDB's limit, kept by every store. */
export const largestItemBytes = 400 * 1024;
/** DynamoDB's limit on nested lists and maps. */
const deepestNesting = 32;

/** How a walk counts the leaves of an item. */
interface Measure {
  readonly text: (text: string) => number;
  readonly number: (value: number) => number;
}

const exact: Measure = { text: (text) => Buffer.byteLength(text), number: sizeOfNumber };
/** Never less than {@link exact}, and many times as fast. */
const bound: Measure = { text: (text) => 3 * text.length, number: () => 20 };

/**
 * Bytes of an item as DynamoDB counts them: names and strings in UTF-8, a number by half its significant digits and one
 * byte, 1 for a boolean or null, 3 for a list or map and 1 for each of its elements.
 *
 * Source: "DynamoDB item sizes and formats", Amazon DynamoDB Developer Guide.
 *
 * @throws ArtGuardError `storage.invalid-item` for what JSON cannot carry or DynamoDB cannot hold.
 */
export function itemSize(item: object): number {
  return sizeOfEntries(item, 0, 0, exact);
}

/** A number of bytes that {@link itemSize} does not exceed; throws as it does. */
export function itemSizeBound(item: object): number {
  return sizeOfEntries(item, 0, 0, bound);
}

function sizeOfEntries(map: object, depth: number, perElement: number, measure: Measure): number {
  let size = 0;
  for (const name of Object.keys(map)) {
    const value = (map as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (name === "") throw invalid("an attribute without a name");
    size += sizeOfString(name, measure) + sizeOfValue(value, depth + 1, measure) + perElement;
  }
  return size;
}

function sizeOfValue(value: unknown, depth: number, measure: Measure): number {
  if (typeof value === "string") return sizeOfString(value, measure);
  if (typeof value === "number") {
    if (isStorableNumber(value)) return measure.number(value);
    throw invalid(`the number ${value}`);
  }
  if (typeof value === "boolean" || value === null) return 1;
  if (typeof value !== "object") throw invalid(`a value of type ${typeof value}`);
  if (depth > deepestNesting) throw invalid(`more than ${deepestNesting} levels`);
  if (Array.isArray(value)) return sizeOfList(value, depth, measure);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid("an object that is not plain");
  return sizeOfEntries(value, depth, 1, measure) + 3;
}

function sizeOfList(values: readonly unknown[], depth: number, measure: Measure): number {
  let size = 3;
  for (const value of values) size += sizeOfValue(value, depth + 1, measure) + 1;
  return size;
}

function sizeOfString(text: string, measure: Measure): number {
  if (text.isWellFormed()) return measure.text(text);
  throw invalid("a string with half a surrogate pair");
}

function sizeOfNumber(value: number): number {
  return Math.ceil(significantDigits(value) / 2) + 1 + Number(value < 0);
}

/** Decimal digits between the first and the last that is not 0. */
function significantDigits(value: number): number {
  const text = String(value);
  let [digits, upToLast] = [0, 0];
  for (let index = 0; index < text.length && text[index] !== "e"; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57 || (code === 48 && digits === 0)) continue;
    digits++;
    if (code !== 48) upToLast = digits;
  }
  return upToLast;
}

function invalid(what: string): ArtGuardError {
  return new ArtGuardError("storage.invalid-item", `an item holds JSON that every store can keep, not ${what}`);
}
