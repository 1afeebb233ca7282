import { ArtGuardError } from "../errors/artguard-error.ts";
import type { KeyValue, TableDefinition } from "./table.ts";
import { type KeyType, keyTypesOf } from "./table-shape.ts";

/** DynamoDB's limits, kept by every store. */
const [longestPartition, longestSort] = [2048, 1024];
/** Magnitudes that DynamoDB's numbers cover: 0, or between these. */
const smallestNumber = 1e-130;
/** See {@link isStorableNumber}. */
export const largestNumber = 9.9999999999999e125;

/**
 * Values of the table's key attributes: partition, then sort.
 *
 * @throws ArtGuardError `storage.invalid-key`
 */
export function keyOf<Item extends object>(definition: TableDefinition<Item>, item: Partial<Item>): KeyValue[] {
  const { partition, sort } = definition.key;
  const values = [keyValue(definition, item, partition, longestPartition)];
  if (sort !== undefined) values.push(keyValue(definition, item, sort, longestSort));
  return values;
}

function keyValue<Item extends object>(
  definition: TableDefinition<Item>,
  item: Partial<Item>,
  attribute: string,
  longest: number,
): KeyValue {
  const value = (item as Record<string, unknown>)[attribute];
  const problem = keyProblem(value, keyTypesOf(definition).get(attribute)!, longest);
  if (problem === undefined) return value as KeyValue;
  throw new ArtGuardError("storage.invalid-key", `${definition.name}: the key needs ${attribute}, ${problem}`);
}

/**
 * Refuses values of index attributes that DynamoDB could not put into its index; an absent one is well.
 *
 * @throws ArtGuardError `storage.invalid-item`
 */
export function assertIndexKeys<Item extends object>(definition: TableDefinition<Item>, item: Item): void {
  const types = keyTypesOf(definition);
  for (const [name, { partition, sort }] of Object.entries(definition.indexes)) {
    for (const attribute of sort === undefined ? [partition] : [partition, sort]) {
      const value = (item as Record<string, unknown>)[attribute];
      if (value === undefined) continue;
      const longest = attribute === partition ? longestPartition : longestSort;
      const problem = keyProblem(value, types.get(attribute)!, longest);
      if (problem === undefined) continue;
      throw new ArtGuardError("storage.invalid-item", `${definition.name}: ${name} needs ${attribute}, ${problem}`);
    }
  }
}

/** Why a value cannot be a key of this type, or undefined. `longest` counts bytes of UTF-8. */
export function keyProblem(value: unknown, type: KeyType, longest = longestPartition): string | undefined {
  if (typeof value !== type) return `a ${type}`;
  if (typeof value === "number") return isStorableNumber(value) ? undefined : "a number that every store can hold";
  const text = value as string;
  if (text === "") return "a string that is not empty";
  if (!text.isWellFormed()) return "a well-formed string";
  return Buffer.byteLength(text) <= longest ? undefined : `a string of at most ${longest} bytes`;
}

/** True for numbers in DynamoDB's range. */
export function isStorableNumber(value: number): boolean {
  const magnitude = Math.abs(value);
  return value === 0 || (magnitude >= smallestNumber && magnitude <= largestNumber);
}

/** Orders keys of one type as every store does: numbers by value, strings by their UTF-8 bytes. */
export function compareKeys(a: KeyValue, b: KeyValue): number {
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  return compareStrings(a, b);
}

/** UTF-16 units order as UTF-8 bytes do, but for surrogates, which stand for what lies above U+FFFF. */
function compareStrings(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
