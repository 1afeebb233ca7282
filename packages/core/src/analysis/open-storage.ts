import { join } from "node:path";
import { makePrivateFolder } from "../filesystem/make-private-folder.ts";
import { MemoryObjectStore } from "../storage/memory-object-store.ts";
import { MemoryTableStore } from "../storage/memory-table-store.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { TableStore } from "../storage/table-store.ts";

/** The stores of images as they came and of their copies of at most 2048 px. */
export interface ImageStores {
  readonly raw: ObjectStore;
  readonly processed: ObjectStore;
}

/** Where records and images are to be kept. */
export interface StorageOptions {
  /** Where records are kept; default a SQLite file in the folder that `storage` names. */
  tables?: TableStore;
  /** Where images are kept, in one store or two; default files in that folder. */
  objects?: ObjectStore | ImageStores;
  /**
   * Where to keep what `tables` and `objects` do not: `memory` forgets it with the process; default the folder
   * `./.artguard`, made on first use, for its owner's eyes only.
   */
  storage?: "memory" | { readonly folder: string };
}

/** Opened stores; disposing them closes those that were opened here. */
export interface OpenStorage extends AsyncDisposable {
  readonly tables: TableStore;
  readonly images: ImageStores;
}

/** Opens the stores that are not given. Loads SQLite and the file system's store only when they are needed. */
export async function openStorage(
  { tables, objects, storage = { folder: ".artguard" } }: StorageOptions,
  now: () => number,
): Promise<OpenStorage> {
  if (storage !== "memory" && !(tables && objects)) await makePrivateFolder(storage.folder);
  const images = imageStores(objects ?? (await openObjects(storage, now)));
  const opened = tables ?? (await openTables(storage, now));
  return {
    tables: opened,
    images,
    [Symbol.asyncDispose]: async () => {
      if (!tables) await opened[Symbol.asyncDispose]();
    },
  };
}

function imageStores(objects: ObjectStore | ImageStores): ImageStores {
  return "raw" in objects ? objects : { raw: objects, processed: objects };
}

type Place = NonNullable<StorageOptions["storage"]>;

async function openTables(place: Place, now: () => number): Promise<TableStore> {
  if (place === "memory") return new MemoryTableStore({ now });
  const { sqlite } = await import("../sqlite/index.ts");
  return sqlite({ path: join(place.folder, "artguard.db"), now });
}

async function openObjects(place: Place, now: () => number): Promise<ObjectStore> {
  if (place === "memory") return new MemoryObjectStore({ now });
  const { FolderObjectStore } = await import("../filesystem/index.ts");
  return new FolderObjectStore({ path: join(place.folder, "objects"), now });
}
