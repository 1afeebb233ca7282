import { z } from "zod";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { validateItem } from "./item.ts";
import { itemSize } from "./item-size.ts";
import type { Change, KeyValue, TableDefinition } from "./table.ts";
import { assertIndexKeys, isStorableNumber } from "./table-key.ts";
import { attributeSchemasOf } from "./table-shape.ts";

/** The parts of a change as name–value pairs; attributes set to undefined are left out. */
export interface ChangeParts {
  readonly set: readonly (readonly [string, unknown])[];
  readonly add: readonly (readonly [string, number])[];
  readonly remove: readonly string[];
}

/** See {@link ChangeParts}. */
export function changeParts<Item>(change: Change<Item>): ChangeParts {
  const present = (entries: [string, unknown][]) => entries.filter(([, value]) => value !== undefined);
  return {
    set: present(Object.entries(change.set ?? {})),
    add: present(Object.entries(change.add ?? {})) as [string, number][],
    remove: change.remove ?? [],
  };
}

/**
 * Checks what can be checked of a change without the stored item.
 *
 * @throws ArtGuardError `storage.invalid-key` for a key attribute, `storage.invalid-query` for an attribute named twice,
 * `storage.invalid-item` for a value that the attribute cannot have.
 */
export function assertChange<Item extends object>(definition: TableDefinition<Item>, change: Change<Item>): void {
  const { set, add, remove } = changeParts(change);
  const names = [...set.map(([name]) => name), ...add.map(([name]) => name), ...remove];
  const key: readonly (string | undefined)[] = [definition.key.partition, definition.key.sort];
  const changedKey = names.find((name) => key.includes(name));
  if (changedKey !== undefined) {
    throw new ArtGuardError("storage.invalid-key", `${definition.name}: the key attribute ${changedKey} cannot change`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ArtGuardError("storage.invalid-query", `${definition.name}: the change names ${twice} twice`);
  }
  for (const [name, value] of set) assertValue(definition, name, value);
  const values = Object.fromEntries(set);
  itemSize(values);
  assertIndexKeys(definition, values as Item);
  for (const [name, value] of add) {
    if (!isStorableNumber(value)) {
      throw new ArtGuardError(
        "storage.invalid-item",
        `${definition.name}: ${name} needs a number that every store can hold`,
      );
    }
  }
}

function assertValue<Item extends object>(definition: TableDefinition<Item>, name: string, value: unknown): void {
  const { byName, open } = attributeSchemasOf(definition);
  const schemas = byName.get(name);
  if (schemas ? schemas.some((schema) => z.safeParse(schema, value).success) : open) return;
  throw new ArtGuardError("storage.invalid-item", `${definition.name}: ${name} cannot have this value`);
}

/**
 * An item after a change, validated as a whole.
 *
 * @param keyValues Partition and sort of the item, for one that does not exist yet.
 * @throws ArtGuardError `storage.invalid-item`, `storage.item-too-large`
 */
export function changed<Item extends object>(
  definition: TableDefinition<Item>,
  keyValues: readonly KeyValue[],
  change: Change<Item>,
  stored: Item | undefined,
): Item {
  const { partition, sort } = definition.key;
  const key = { [partition]: keyValues[0], ...(sort !== undefined && { [sort]: keyValues[1] }) };
  const { set, add, remove } = changeParts(change);
  const next: Record<string, unknown> = { ...(stored ?? key), ...Object.fromEntries(set) };
  for (const [name, amount] of add) next[name] = sum(definition.name, name, next[name], amount);
  for (const name of remove) delete next[name];
  return validateItem(definition, next as Item);
}

function sum(table: string, name: string, value: unknown, amount: number): number {
  if (value === undefined) return amount;
  if (typeof value === "number") return value + amount;
  throw new ArtGuardError("storage.invalid-item", `${table}: ${name} is no number to add to`);
}
