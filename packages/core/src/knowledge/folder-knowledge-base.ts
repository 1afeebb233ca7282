import { resolve } from "node:path";
import type { KnowledgeBase, Passage } from "../vision/knowledge-base.ts";
import { articlePassages } from "./article-passages.ts";
import {
  type DocumentLimits,
  type DocumentPassage,
  defaultDocumentLimits,
  type KnowledgeDocument,
  type RefusedDocument,
} from "./document.ts";
import { type DocumentFile, listDocuments, readDocumentBytes } from "./list-documents.ts";
import { PassageIndex } from "./passage-index.ts";
import { type ReadDocument, readDocument } from "./read-document.ts";
import { passageLimit, shortQuery } from "./search-options.ts";
import { untilAborted } from "./until-aborted.ts";

/** Options of {@link folderKnowledgeBase}. */
export interface FolderKnowledgeBaseOptions {
  /** Folder of Markdown, text and PDF files; need not exist yet. */
  readonly folder: string;
  /** Whether the articles that ArtGuard ships are searched as well; default true. */
  readonly includeArticles?: boolean;
  /** See {@link DocumentLimits}. */
  readonly limits?: Partial<DocumentLimits>;
}

/** A {@link KnowledgeBase} that can say what it holds. */
export interface FolderKnowledgeBase extends KnowledgeBase {
  /** The documents as they are now, and what cannot be cited. @throws ArtGuardError `knowledge.unreadable` */
  documents(): Promise<{ readonly documents: KnowledgeDocument[]; readonly refused: RefusedDocument[] }>;
}

/**
 * Documents of a folder, searched by BM25 in this process. Files are split at headings and paragraphs into passages of at
 * most 1200 characters. They are read at the first search, and again when they changed; a file that cannot be read is
 * left out and named by `documents()`. Scores compare within one search only.
 *
 * The PDF reader (the optional package `unpdf`) works in this process: keep PDFs of strangers out of the folder.
 *
 * @example
 * const knowledge = folderKnowledgeBase({ folder: ".artguard/knowledge" });
 * const [best] = await knowledge.search("Why was a collage accused?", { limit: 3, language: "en" });
 */
export function folderKnowledgeBase(options: FolderKnowledgeBaseOptions): FolderKnowledgeBase {
  return new Folder(options);
}

interface Contents {
  readonly index: PassageIndex;
  readonly documents: KnowledgeDocument[];
  readonly refused: RefusedDocument[];
}

/** What was read of a file when it had a signature. */
interface Reading {
  readonly signature: string;
  readonly result: ReadDocument;
}

class Folder implements FolderKnowledgeBase {
  readonly id = "folder";
  readonly #folder: string;
  readonly #limits: DocumentLimits;
  readonly #articles: readonly DocumentPassage[];
  #readings = new Map<string, Reading>();
  #index: PassageIndex | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Contents> | undefined;

  constructor({ folder, includeArticles = true, limits }: FolderKnowledgeBaseOptions) {
    this.#folder = resolve(folder);
    this.#limits = { ...defaultDocumentLimits, ...limits };
    this.#articles = includeArticles ? articlePassages() : [];
  }

  async search(query: string, options: Parameters<KnowledgeBase["search"]>[1] = {}): Promise<Passage[]> {
    const limit = passageLimit(options.limit);
    const { index } = await untilAborted(this.#upToDate(), options.signal);
    return index.search(shortQuery(query), limit, options.language);
  }

  async documents() {
    const { documents, refused } = await this.#upToDate();
    return { documents, refused };
  }

  /** One look at the folder at a time; whoever asks during one shares the next, which sees all that was there by then. */
  #upToDate(): Promise<Contents> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const look = this.#look();
      this.#running = look.catch(() => undefined);
      return look;
    });
    return this.#next;
  }

  async #look(): Promise<Contents> {
    const { files, refused } = await listDocuments(this.#folder, this.#limits);
    const readings = new Map<string, Reading>();
    for (const file of files) readings.set(file.source, await this.#read(file));
    const results = [...readings.values()].map(({ result }) => result);
    const { documents, passages, left } = withinLimit(results, this.#limits.maxPassages);
    if (!this.#index || !sameValues(this.#readings, readings))
      this.#index = await PassageIndex.of([...passages, ...this.#articles]);
    this.#readings = readings;
    const unread = results.flatMap((result) => ("refused" in result ? [result.refused] : []));
    return { index: this.#index, documents, refused: [...refused, ...unread, ...left] };
  }

  /** Reads a file unless it is as it was when it was read last. */
  async #read({ path, source, signature }: DocumentFile): Promise<Reading> {
    const before = this.#readings.get(source);
    if (before?.signature === signature) return before;
    try {
      const bytes = await readDocumentBytes(path, this.#limits);
      return { signature, result: await readDocument(source, bytes) };
    } catch (error) {
      const reason = `It cannot be opened: ${error instanceof Error ? error.message : String(error)}.`;
      return { signature, result: { refused: { source, reason } } };
    }
  }
}

/** The documents whose passages fit into the limit together, and those that do not. */
function withinLimit(results: readonly ReadDocument[], maxPassages: number) {
  const documents: KnowledgeDocument[] = [];
  const passages: DocumentPassage[] = [];
  const left: RefusedDocument[] = [];
  for (const result of results) {
    if ("refused" in result) continue;
    const { document } = result;
    if (passages.length + document.passages > maxPassages) {
      left.push({ source: document.source, reason: `All documents together have more than ${maxPassages} passages.` });
    } else {
      documents.push(document);
      passages.push(...result.passages);
    }
  }
  return { documents, passages, left };
}

function sameValues<Value>(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
