import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "../storage/object-store.ts";
import type { TableStore } from "../storage/table-store.ts";

/** Where records and images are to be kept. */
export interface StorageOptions {
  /** Where records are kept; default a SQLite file in the folder that `storage` names. */
  tables?: TableStore;
  /** Where images are kept; default files in that folder. */
  objects?: ObjectStore;
  /**
   * Where to keep what `tables` and `objects` do not: `memory` forgets it with the process; default the folder
   * `./.artguard`, made on first use, for its owner's eyes only.
   */
  storage?: "memory" | { readonly folder: string };
}

/** Opened stores; disposing them closes those that were opened here. */
export interface OpenStorage extends AsyncDisposable {
  readonly tables: TableStore;
  readonly objects: ObjectStore;
}

/** Opens the stores that are not given. Loads what they need only now. */
export async function openStorage(
  { tables, objects, storage = "memory" }: StorageOptions,
  now: () => number,
): Promise<OpenStorage> {
  if (storage !== "memory" && !(tables && objects)) await makeFolder(storage.folder);
  const opened = tables ? undefined : await openTables(storage, now);
  return {
    tables: tables ?? opened!,
    objects: objects ?? (await openObjects(storage)),
    [Symbol.asyncDispose]: async () => opened?.[Symbol.asyncDispose](),
  };
}

async function openTables(storage: NonNullable<StorageOptions["storage"]>, now: () => number): Promise<TableStore> {
  if (storage === "memory") {
    const { MemoryTableStore } = await import("../storage/memory-table-store.ts");
    return new MemoryTableStore({ now });
  }
  throw new Error(join(storage.folder));
}

async function openObjects(storage: NonNullable<StorageOptions["storage"]>): Promise<ObjectStore> {
  if (storage === "memory") {
    const { MemoryObjectStore } = await import("../storage/memory-object-store.ts");
    return new MemoryObjectStore();
  }
  throw new Error(storage.folder);
}

/** Version control shall not take in what people sent: the folder ignores itself. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
