import type { Stats } from "node:fs";
import { constants, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { systemCode } from "../filesystem/folder-error.ts";
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
  /** False when there are more files than were looked at. */
  readonly isComplete: boolean;
}

/**
 * The documents of a folder and what cannot be one. Hidden files are left out; a link is never followed, since it may
 * lead out of the folder. A folder that does not exist is empty.
 *
 * @throws ArtGuardError `knowledge.unreadable`
 */
export async function listDocuments(folder: string, limits: DocumentLimits): Promise<DocumentListing> {
  const { maxFiles } = limits;
  const files: DocumentFile[] = [];
  const refused: RefusedDocument[] = [];
  const sources = await sourcesIn(folder, "");
  // What lies in a folder is appended on the way.
  for (let i = 0; i < Math.min(sources.length, maxFiles); i++) {
    const source = sources[i]!;
    const found = await lookAt(folder, source, limits);
    if ("inside" in found) sources.push(...found.inside);
    else if ("reason" in found) refused.push({ source, reason: found.reason });
    else files.push(found);
  }
  const left = sources[maxFiles];
  if (left !== undefined)
    refused.push({ source: left, reason: `There are more than ${maxFiles} files: this one and others are left out.` });
  return { files, refused, isComplete: left === undefined };
}

async function lookAt(
  folder: string,
  source: string,
  limits: DocumentLimits,
): Promise<DocumentFile | { readonly inside: readonly string[] } | { readonly reason: string }> {
  try {
    const path = join(folder, source);
    const found = await lstat(path);
    if (found.isDirectory()) return { inside: await sourcesIn(folder, `${source}/`) };
    const reason = whyRefused(source, found, limits);
    return reason === undefined ? { path, source, signature: signatureOf(found) } : { reason };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { inside: [] };
    return { reason: `It cannot be read: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

/** Why a file cannot be a document; undefined when it can. */
export function whyRefused(name: string, found: Stats, { maxFileBytes }: DocumentLimits): string | undefined {
  if (found.isSymbolicLink()) return "It is a link; links are not followed.";
  if (!found.isFile()) return "It is no file.";
  if (!documentKind(name)) return "It is not Markdown (.md), text (.txt) or PDF.";
  if (found.size > maxFileBytes) return `It has more than ${maxFileBytes} bytes.`;
  return undefined;
}

/** The bytes of a document; through a link only when asked to. @throws What the operating system says. */
export async function readDocumentBytes(
  path: string,
  { maxFileBytes }: DocumentLimits,
  { followLinks = false } = {},
): Promise<Uint8Array> {
  // Windows knows no such flag; there the check of the listing has to do.
  const noLinks = followLinks ? 0 : (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, constants.O_RDONLY | noLinks);
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
    if (systemCode(error) === "ENOENT") return [];
    const message = error instanceof Error ? error.message : String(error);
    throw new ArtGuardError("knowledge.unreadable", message, { cause: error });
  }
}

function signatureOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(":");
}
