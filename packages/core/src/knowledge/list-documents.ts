import type { Stats } from "node:fs";
import { constants, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { type DocumentLimits, documentKind, type RefusedDocument } from "./document.ts";

/** A file that may be a document. */
export interface DocumentFile {
  readonly path: string;
  /** Path in the folder, with `/`. */
  readonly source: string;
  /** Changes whenever the file does. */
  readonly signature: string;
}

/** What lies in a folder. */
export interface DocumentListing {
  readonly files: readonly DocumentFile[];
  readonly refused: readonly RefusedDocument[];
}

/**
 * The documents of a folder and what cannot be one. Hidden files are left out; a link is never followed, since it may
 * lead out of the folder. A folder that does not exist is empty.
 *
 * @throws ArtGuardError `knowledge.unreadable`
 */
export async function listDocuments(folder: string, limits: DocumentLimits): Promise<DocumentListing> {
  const files: DocumentFile[] = [];
  const refused: RefusedDocument[] = [];
  const pending = await sourcesIn(folder, "");
  for (let seen = 0; seen < pending.length; seen++) {
    const source = pending[seen]!;
    if (seen === limits.maxFiles) {
      refused.push({
        source,
        reason: `There are more than ${limits.maxFiles} files: this one and others are left out.`,
      });
      break;
    }
    const path = join(folder, source);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      try {
        pending.push(...(await sourcesIn(folder, `${source}/`)));
      } catch (error) {
        if (!isArtGuardError(error)) throw error;
        refused.push({ source, reason: `It cannot be read: ${error.message}.` });
      }
    } else if (found) {
      const reason = whyRefused(source, found, limits);
      if (reason === undefined) files.push({ path, source, signature: signatureOf(found) });
      else refused.push({ source, reason });
    }
  }
  return { files, refused };
}

/** Why a file cannot be a document; undefined when it can. */
export function whyRefused(name: string, found: Stats, { maxFileBytes }: DocumentLimits): string | undefined {
  if (found.isSymbolicLink()) return "It is a link; links are not followed.";
  if (!found.isFile()) return "It is no file.";
  if (!documentKind(name)) return "It is not Markdown (.md), text (.txt) or PDF.";
  if (found.size > maxFileBytes) return `It has more than ${maxFileBytes} bytes.`;
  return undefined;
}

/** The bytes of a document, never through a link. @throws What the operating system says. */
export async function readDocumentBytes(path: string, { maxFileBytes }: DocumentLimits): Promise<Uint8Array> {
  // Windows knows no such flag; there the check of the listing has to do.
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await file.stat();
    if (size > maxFileBytes) throw new Error(`it has more than ${maxFileBytes} bytes`);
    // The PDF reader refuses Node's own kind of bytes.
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** What lies directly in a folder below the given one. @param base Empty, or its path with a `/` at its end. */
async function sourcesIn(folder: string, base: string): Promise<string[]> {
  try {
    const names = await readdir(join(folder, base));
    return names
      .filter((name) => !name.startsWith("."))
      .sort()
      .map((name) => base + name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    const message = error instanceof Error ? error.message : String(error);
    throw new ArtGuardError("knowledge.unreadable", message, { cause: error });
  }
}

function signatureOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(":");
}
