import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { typed } from "../filesystem/folder-error.ts";
import type { Language } from "../vision/explanation.ts";
import { type DocumentLimits, defaultDocumentLimits } from "./document.ts";
import { readDocumentBytes, whyRefused } from "./list-documents.ts";
import { readDocument } from "./read-document.ts";

/** What became of one file. */
export interface AddedDocument {
  /** As it was named. */
  readonly path: string;
  /** `present`: the folder has this document already. */
  readonly status: "added" | "replaced" | "present" | "refused";
  /** Where it is in the folder; absent when it was refused. */
  readonly source?: string;
  /** Why it was refused, in a sentence. */
  readonly reason?: string;
}

/** Options of {@link addDocuments}. */
export interface AddDocumentsOptions {
  /** Puts the documents into the folder of this language (`en`, `es`). */
  readonly language?: Language;
  /** See {@link DocumentLimits}. */
  readonly limits?: Partial<DocumentLimits>;
}

/**
 * Copies documents into a folder, whole or not at all each. What no search could read is refused: another type, too many
 * bytes, no text, text that is not UTF-8.
 *
 * @param folder Made when it does not exist.
 * @throws ArtGuardError `storage.full`, `storage.access-denied`, `storage.write-failed`
 * @example
 * for await (const added of addDocuments(".artguard/knowledge", ["guidelines.pdf"], { language: "en" })) console.log(added);
 */
export async function* addDocuments(
  folder: string,
  paths: readonly string[],
  { language, limits }: AddDocumentsOptions = {},
): AsyncGenerator<AddedDocument> {
  const resolved = { ...defaultDocumentLimits, ...limits };
  const taken = new Set<string>();
  for (const path of paths) {
    const source = language === undefined ? basename(path) : `${language}/${basename(path)}`;
    const document = await readable(path, source, resolved);
    if ("reason" in document) yield { path, status: "refused", reason: document.reason };
    else if (taken.has(source)) yield { path, status: "refused", reason: "Another file before it has the same name." };
    else {
      taken.add(source);
      yield { path, status: await typed("write", place(folder, source, document.bytes, resolved)), source };
    }
  }
}

/** The bytes of a file that can be a document, or why it cannot. */
async function readable(
  path: string,
  source: string,
  limits: DocumentLimits,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: string }> {
  if (basename(path).startsWith(".")) return { reason: "Hidden files are not searched." };
  try {
    // Whoever names a link means what it leads to; in the folder, links are not followed.
    const reason = whyRefused(source, await stat(path), limits);
    if (reason !== undefined) return { reason };
    const bytes = await readDocumentBytes(path, limits, { followLinks: true });
    // The PDF reader takes the bytes that it gets for itself.
    const read = await readDocument(source, bytes.slice());
    return "refused" in read ? { reason: read.refused.reason } : { bytes };
  } catch (error) {
    return { reason: `It cannot be opened: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

async function place(
  folder: string,
  source: string,
  bytes: Uint8Array,
  limits: DocumentLimits,
): Promise<"added" | "replaced" | "present"> {
  const final = join(folder, source);
  const before = await lstat(final).catch(() => undefined);
  if (before?.isFile() && before.size === bytes.length) {
    const there = await readDocumentBytes(final, limits).catch(() => undefined);
    if (there && Buffer.compare(there, bytes) === 0) return "present";
  }
  const parent = join(final, "..");
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const unfinished = join(parent, `.${randomUUID()}.unfinished`);
  try {
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, final);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return before ? "replaced" : "added";
}
