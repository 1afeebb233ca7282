import { createHash } from "node:crypto";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { type DocumentLimits, defaultDocumentLimits, documentKind } from "./document.ts";
import { type DocumentFile, listDocuments, readDocumentBytes } from "./list-documents.ts";

/** Everything that is synchronised lies below this; other objects of the bucket are left alone. */
const prefix = "documents/";

/** What became of one document. */
export interface SyncedDocument {
  /** Path in the folder, with `/`. */
  readonly source: string;
  /** `extra`: it is in the store and no longer in the folder, and was left there. */
  readonly status: "uploaded" | "unchanged" | "deleted" | "extra" | "refused";
  /** Why it was refused, in a sentence. */
  readonly reason?: string;
}

/** Options of {@link syncDocuments}. */
export interface SyncDocumentsOptions {
  /** Folder of documents. */
  readonly folder: string;
  /** Store of the documents, such as the bucket that a Bedrock Knowledge Base reads. */
  readonly objects: ObjectStore;
  /** Whether documents that are no longer in the folder are deleted from the store; default false. */
  readonly deleteRemoved?: boolean;
  /** See {@link DocumentLimits}. */
  readonly limits?: Partial<DocumentLimits>;
  readonly signal?: AbortSignal;
}

/**
 * Brings the documents of a folder into a store, under `documents/`: those whose SHA-256 differs are uploaded (AG
 * workflow C). Whatever is refused in the folder keeps its copy in the store.
 *
 * @throws ArtGuardError `knowledge.unreadable`, also when all documents would be deleted because the folder has none or
 * more than it may have; `storage.*` of the store. What was done until then stays done.
 * @example
 * for await (const document of syncDocuments({ folder: ".artguard/knowledge", objects })) console.log(document);
 */
export async function* syncDocuments(options: SyncDocumentsOptions): AsyncGenerator<SyncedDocument> {
  const { folder, objects, deleteRemoved = false, signal } = options;
  const limits = { ...defaultDocumentLimits, ...options.limits };
  const { files, refused, isComplete } = await listDocuments(folder, limits);
  if (deleteRemoved && (files.length === 0 || !isComplete))
    throw new ArtGuardError(
      "knowledge.unreadable",
      `${folder} has ${files.length === 0 ? "no" : "too many"} documents`,
      {
        fix: "Check the folder; nothing was deleted.",
      },
    );
  for (const document of refused) yield { ...document, status: "refused" };
  for (const file of files) {
    signal?.throwIfAborted();
    yield await upload(file, objects, limits, signal);
  }
  const known = new Set([...files, ...refused].map(({ source }) => source));
  const call = signal ? { signal } : {};
  for await (const { key } of objects.list(prefix, call)) {
    const source = key.slice(prefix.length);
    if (known.has(source) || refused.some((folder) => source.startsWith(`${folder.source}/`))) continue;
    if (deleteRemoved) await objects.delete(key, call);
    yield { source, status: deleteRemoved ? "deleted" : "extra" };
  }
}

async function upload(
  { path, source }: DocumentFile,
  objects: ObjectStore,
  limits: DocumentLimits,
  signal: AbortSignal | undefined,
): Promise<SyncedDocument> {
  const bytes = await readDocumentBytes(path, limits).catch((error: unknown) => String(error));
  if (typeof bytes === "string") return { source, status: "refused", reason: `It cannot be opened: ${bytes}.` };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const call = signal ? { signal } : {};
  try {
    const head = await objects.head(prefix + source, call);
    if (head?.sha256 === sha256) return { source, status: "unchanged" };
    const kind = documentKind(source);
    await objects.put(prefix + source, bytes, { sha256, ...(kind && { contentType: kind.contentType }), ...call });
    return { source, status: "uploaded" };
  } catch (error) {
    if (!isArtGuardError(error, "storage.invalid-key")) throw error;
    return { source, status: "refused", reason: "Its name cannot be a key of the store." };
  }
}
