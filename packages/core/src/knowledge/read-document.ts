import { basename } from "node:path";
import { type Language, languages } from "../vision/explanation.ts";
import { plainText } from "../vision/plain-text.ts";
import { type DocumentPassage, documentKind, type KnowledgeDocument, type RefusedDocument } from "./document.ts";
import { pdfPages } from "./pdf-pages.ts";
import { markdownSections, type Section, splitText } from "./split-text.ts";

/** A document in pieces, or why it cannot be cited. */
export type ReadDocument =
  | { readonly document: KnowledgeDocument; readonly passages: readonly DocumentPassage[] }
  | { readonly refused: RefusedDocument };

/** Characters of a title or heading: every passage under it carries it, and is searched by it. */
const longestTitle = 200;
const scanned = "It holds no text; scanned pages have to be recognised (OCR) first.";
const frontMatter = /^---\n([\s\S]*?)\n---(?:\n|$)/;

/**
 * Splits a document into passages. Its language is what its front matter says (`language: es`), else that of a folder
 * `es` or `en` that it lies in; its title that of the front matter, else its first heading, else its name.
 *
 * @param source Path in the folder, with `/`.
 */
export async function readDocument(source: string, bytes: Uint8Array): Promise<ReadDocument> {
  const refuse = (reason: string): ReadDocument => ({ refused: { source, reason } });
  try {
    const read = await sectionsOf(source, bytes);
    if (!read) return refuse("PDF files need the package unpdf beside this one.");
    const title = plainText(read.title ?? basename(source), longestTitle);
    const language = read.language ?? folderLanguage(source);
    const common = { source, ...(language !== undefined && { language }) };
    const passages = read.sections.flatMap(({ heading, text }) =>
      splitText(text).map((piece) => ({ ...common, text: piece, title: titleOf(title, heading) })),
    );
    if (passages.length === 0) return refuse(documentKind(source)?.kind === "pdf" ? scanned : "It holds no text.");
    return { document: { ...common, title, passages: passages.length }, passages };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(`It cannot be read: ${message.replace(/\.$/, "")}.`);
  }
}

interface ReadSections {
  readonly sections: readonly Section[];
  readonly title?: string | undefined;
  readonly language?: Language | undefined;
}

async function sectionsOf(source: string, bytes: Uint8Array): Promise<ReadSections | undefined> {
  if (documentKind(source)?.kind === "pdf") {
    const pages = await pdfPages(bytes);
    return pages && { sections: pages.map((text, index) => ({ heading: `p. ${index + 1}`, text })) };
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  const head = frontMatter.exec(text);
  const body = head ? text.slice(head[0].length) : text;
  const sections = documentKind(source)?.kind === "markdown" ? markdownSections(body) : [{ text: body }];
  return {
    sections,
    title: headValue(head?.[1], "title") ?? sections.find(({ heading }) => heading !== undefined)?.heading,
    language: languages.find((known) => known === headValue(head?.[1], "language")),
  };
}

/** A plain `name: value` line of a front matter; quotes around the value are taken off. */
function headValue(head: string | undefined, name: string): string | undefined {
  const value = head?.split("\n").find((line) => line.startsWith(`${name}:`));
  return value
    ?.slice(name.length + 1)
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
}

function folderLanguage(source: string): Language | undefined {
  const folders = source.split("/").slice(0, -1);
  return languages.find((known) => folders.includes(known));
}

function titleOf(title: string, heading: string | undefined): string {
  const part = plainText(heading ?? "", longestTitle);
  return part === "" || part === title ? title : `${title}, ${part}`;
}
