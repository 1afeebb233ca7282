import { ArtGuardError } from "../errors/artguard-error.ts";
import { assertChange, changed } from "./change.ts";
import { assertCondition, holds } from "./condition.ts";
import { validateItem } from "./item.ts";
import type { Change, Condition, KeyValue, TableDefinition } from "./table.ts";
import { keyOf } from "./table-key.ts";

/** An item whose type is not known here. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One write of one item, as a caller asks for it. `check` writes nothing. */
export type TableWrite<Item extends object> =
  | { readonly kind: "put"; readonly item: Item; readonly condition?: Condition<Item> }
  | {
      readonly kind: "update";
      readonly key: Partial<Item>;
      readonly change: Change<Item>;
      readonly condition?: Condition<Item>;
    }
  | { readonly kind: "delete"; readonly key: Partial<Item>; readonly condition?: Condition<Item> }
  | { readonly kind: "check"; readonly key: Partial<Item>; readonly condition: Condition<Item> };

/** A write that was checked as far as it can be without the stored item. */
export type PreparedWrite<Item extends object> = TableWrite<Item> & {
  /** Values of the key attributes: partition, then sort. */
  readonly keyValues: readonly KeyValue[];
};

/** Checks everything of a write that does not depend on what is stored; the item of a put becomes the validated one. */
export function prepareWrite<Item extends object>(
  definition: TableDefinition<Item>,
  write: TableWrite<Item>,
): PreparedWrite<Item> {
  if (write.condition !== undefined) assertCondition(write.condition);
  if (write.kind === "put") {
    const item = validateItem(definition, write.item);
    return { ...write, item, keyValues: keyOf(definition, item) };
  }
  if (write.kind === "update") assertChange(definition, write.change);
  return { ...write, keyValues: keyOf(definition, write.key) };
}

/**
 * The item that an embedded store holds after a write, undefined for none.
 *
 * @param stored The live item; one past its ttl counts as none.
 * @throws ArtGuardError `storage.condition-failed`, `storage.invalid-item`, `storage.item-too-large`
 */
export function decideWrite<Item extends object>(
  definition: TableDefinition<Item>,
  write: PreparedWrite<Item>,
  stored: Item | undefined,
): Item | undefined {
  if (write.condition !== undefined && !holds(write.condition, stored)) {
    throw new ArtGuardError("storage.condition-failed", `${definition.name}: the stored item is in another state`);
  }
  if (write.kind === "put") return write.item;
  if (write.kind === "update") return changed(definition, write.keyValues, write.change, stored);
  return write.kind === "delete" ? undefined : stored;
}
