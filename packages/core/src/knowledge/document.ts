import { extname } from "node:path";
import type { Language } from "../vision/explanation.ts";
import type { Passage } from "../vision/knowledge-base.ts";

/** A passage as it is indexed. */
export interface DocumentPassage extends Omit<Passage, "score"> {
  readonly language?: Language;
}

/** A document of the folder that can be cited. */
export interface KnowledgeDocument {
  /** Path in the folder, with `/`. */
  readonly source: string;
  readonly title: string;
  readonly language?: Language;
  /** How many passages it was split into. */
  readonly passages: number;
}

/** A file that is not cited, and why. */
export interface RefusedDocument {
  readonly source: string;
  /** A sentence. */
  readonly reason: string;
}

/** What a folder may hold. */
export interface DocumentLimits {
  /** Files and folders that are looked at; default 1000. */
  readonly maxFiles: number;
  /** Bytes of one file; default 8 MiB. */
  readonly maxFileBytes: number;
  /** Passages of all documents together; default 10,000. */
  readonly maxPassages: number;
}

/** The limits that apply when none are given. */
export const defaultDocumentLimits: DocumentLimits = {
  maxFiles: 1000,
  maxFileBytes: 8 * 2 ** 20,
  maxPassages: 10_000,
};

type DocumentKind = "markdown" | "text" | "pdf";

const kinds: Readonly<Record<string, { readonly kind: DocumentKind; readonly contentType: string }>> = {
  ".md": { kind: "markdown", contentType: "text/markdown; charset=utf-8" },
  ".markdown": { kind: "markdown", contentType: "text/markdown; charset=utf-8" },
  ".txt": { kind: "text", contentType: "text/plain; charset=utf-8" },
  ".pdf": { kind: "pdf", contentType: "application/pdf" },
};

/** What a file is by the end of its name; undefined when it cannot be a document. */
export function documentKind(name: string): (typeof kinds)[string] | undefined {
  return kinds[extname(name).toLowerCase()];
}
