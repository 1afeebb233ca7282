import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { ArtGuardError, type ErrorRecord, isArtGuardError } from "@artguard/core";
import { MemoryKnownWorks } from "./memory-known-works.ts";

/** A registry of known works read from a folder. */
export interface FolderKnownWorks {
  readonly works: MemoryKnownWorks;
  /** Files that are no images this library reads, with the reason. */
  readonly refused: readonly { readonly path: string; readonly error: ErrorRecord }[];
}

/**
 * Registers every image below a folder, under its path in the folder; hidden files are left out. Files that cannot be
 * decoded are named in the result and stop nothing.
 *
 * @throws ArtGuardError `image.unreadable` when the folder cannot be listed.
 * @example
 * const { works, refused } = await folderKnownWorks("originals");
 * const artguard = await createArtGuard({ detectors: [...forensicDetectors(), knownWorkDetector({ works })] });
 */
export async function folderKnownWorks(folder: string): Promise<FolderKnownWorks> {
  const works = new MemoryKnownWorks();
  const refused: { path: string; error: ErrorRecord }[] = [];
  for (const path of await filesBelow(folder)) {
    try {
      await works.add(path, () => readFile(join(folder, path)));
    } catch (error) {
      refused.push({ path, error: asTyped(error, path).toJSON() });
    }
  }
  return { works, refused };
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
      .filter((path) => !path.split(/[/\\]/).some((segment) => segment.startsWith(".")))
      .sort();
  } catch (error) {
    throw asTyped(error, folder);
  }
}

function asTyped(error: unknown, path: string): ArtGuardError {
  if (isArtGuardError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtGuardError("image.unreadable", `${path}: ${message}`, { cause: error });
}
