import { ArtGuardError } from "../errors/artguard-error.ts";
import { isStorableNumber } from "./table-key.ts";

/** 400 KB, DynamoDB's limit, kept by every store. */
export const largestItemBytes = 400 * 1024;
/** DynamoDB's limit on nested lists and maps. */
const deepestNesting = 32;

/**
 * Bytes of an item as DynamoDB counts them: names and strings in UTF-8, a number by half its significant digits and one
 * byte, 1 for a boolean or null, 3 for a list or map and 1 for each of its elements.
 *
 * Source: "DynamoDB item sizes and formats", Amazon DynamoDB Developer Guide.
 *
 * @throws ArtGuardError `storage.invalid-item` for what JSON cannot carry or DynamoDB cannot hold.
 */
export function itemSize(item: object): number {
  return sizeOfEntries(item, 0, 0);
}

function sizeOfEntries(map: object, depth: number, perElement: number): number {
  let size = 0;
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined) continue;
    if (name === "") throw invalid("an attribute without a name");
    size += Buffer.byteLength(name) + sizeOfValue(value, depth + 1) + perElement;
  }
  return size;
}

function sizeOfValue(value: unknown, depth: number): number {
  if (typeof value === "string") return sizeOfString(value);
  if (typeof value === "number") return sizeOfNumber(value);
  if (typeof value === "boolean" || value === null) return 1;
  if (typeof value !== "object") throw invalid(`a value of type ${typeof value}`);
  if (depth > deepestNesting) throw invalid(`more than ${deepestNesting} levels`);
  if (Array.isArray(value)) return value.reduce<number>((size, part) => size + sizeOfValue(part, depth + 1) + 1, 3);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid("an object that is not plain");
  return sizeOfEntries(value, depth, 1) + 3;
}

function sizeOfString(text: string): number {
  if (text.isWellFormed()) return Buffer.byteLength(text);
  throw invalid("a string with half a surrogate pair");
}

function sizeOfNumber(value: number): number {
  if (!isStorableNumber(value)) throw invalid(`the number ${value}`);
  if (Number.isSafeInteger(value) && Math.abs(value) < 100) return 2 + Number(value < 0);
  const digits = String(Math.abs(value))
    .replace(/e.*$/, "")
    .replace(".", "")
    .replace(/^0+|0+$/g, "").length;
  return Math.ceil(digits / 2) + 1 + Number(value < 0);
}

function invalid(what: string): ArtGuardError {
  return new ArtGuardError("storage.invalid-item", `an item holds JSON that every store can keep, not ${what}`);
}
