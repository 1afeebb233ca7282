import { ArtGuardError } from "../errors/artguard-error.ts";
import { itemSize, itemSizeBound, largestItemBytes } from "./item-size.ts";
import type { TableDefinition } from "./table.ts";
import { assertIndexKeys } from "./table-key.ts";

/**
 * The item as its schema reads it, after every check that all stores share.
 *
 * @throws ArtGuardError `storage.invalid-item`, `storage.item-too-large`
 */
export function validateItem<Item extends object>(definition: TableDefinition<Item>, item: Item): Item {
  const parsed = definition.schema.safeParse(item);
  if (!parsed.success) {
    throw new ArtGuardError("storage.invalid-item", `${definition.name}: ${firstIssue(parsed.error)}`);
  }
  assertSize(definition.name, parsed.data);
  assertIndexKeys(definition, parsed.data);
  return parsed.data;
}

/** The item as a store gives it back: a copy without what JSON leaves out. */
export function asStored<Item extends object>(item: Item): Item {
  return JSON.parse(JSON.stringify(item));
}

function assertSize(table: string, item: object): void {
  if (itemSizeBound(item) <= largestItemBytes) return;
  const size = itemSize(item);
  if (size <= largestItemBytes) return;
  throw new ArtGuardError(
    "storage.item-too-large",
    `${table}: the item has ${size} bytes; ${largestItemBytes} are allowed`,
    { details: { size_bytes: size, limit_bytes: largestItemBytes } },
  );
}

function firstIssue(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0]!;
  return `${issue.path.join(".") || "item"}: ${issue.message}`;
}
