import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { compareKeys } from "../storage/object-key.ts";
import { systemCode } from "./folder-error.ts";
import { decodeSegment, entryOf, keyPath, segmentNames } from "./key-path.ts";

/** A file of the store and the key it stands for. */
export interface FoundFile {
  readonly key: string;
  readonly path: string;
}

interface Entry {
  readonly segment: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** The files whose keys start with `prefix`, in key order, one folder in memory at a time. */
export async function* walkFolder(root: string, prefix: string): AsyncGenerator<FoundFile> {
  const folders = prefix.split("/").slice(0, -1);
  // No key has an empty segment, but paths with and without one are the same.
  if (folders.includes("")) return;
  const start = join(root, ...folders.flatMap(segmentNames));
  const base = folders.map((segment) => `${segment}/`).join("");
  for await (const found of walk(start, base, prefix)) {
    // A name that another program made might decode to a key whose file is elsewhere.
    if (found.path === join(root, ...keyPath(found.key))) yield found;
  }
}

async function* walk(folder: string, base: string, prefix: string): AsyncGenerator<FoundFile> {
  const entries = (await entriesOf(folder, "")).map((entry) => ({
    ...entry,
    // With its slash a folder sorts as all keys in it do.
    key: base + entry.segment + (entry.isFolder ? "/" : ""),
  }));
  for (const { key, path, isFolder } of entries.sort((a, b) => compareKeys(a.key, b.key))) {
    if (isFolder && (key.startsWith(prefix) || prefix.startsWith(key))) yield* walk(path, key, prefix);
    else if (!isFolder && key.startsWith(prefix)) yield { key, path };
  }
}

/** The entries of a folder by segment; those of long segments are in folders of their own. */
async function entriesOf(folder: string, before: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const found of await readFolder(folder)) {
    const path = join(folder, found.name);
    const isFolder = found.isDirectory();
    const entry = isFolder || found.isFile() ? entryOf(found.name, isFolder) : undefined;
    if (entry?.continues) entries.push(...(await entriesOf(path, before + entry.text)));
    const segment = entry && !entry.continues ? decodeSegment(before + entry.text) : undefined;
    if (segment !== undefined) entries.push({ segment, path, isFolder });
  }
  return entries;
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    // Nothing has this prefix, or its last object was deleted meanwhile.
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
