import type { EntryPoint } from "./public-symbols.ts";

/** Where a snippet stands. */
export interface Place {
  /** The symbol that it explains, or the page. */
  readonly title: string;
  /** Absolute path. */
  readonly file: string;
  /** Line of the file before its first one, from 1. */
  readonly line: number;
  /** The entry point of the symbol; undefined on a page. */
  readonly entry?: EntryPoint;
}

/** A piece of TypeScript that users are shown. */
export interface Snippet extends Place {
  readonly code: string;
}

const fence = /^( *)```(?:ts|typescript)\n([\s\S]*?)^ *```/gm;

/** The code of an `@example`: its fenced blocks, or all of it when it has none. */
export function snippetsIn(text: string, place: Place): Snippet[] {
  return text.includes("```") ? fencedIn(text, place) : [{ ...place, code: text.trim() }];
}

/** The blocks fenced as `ts` in a page of Markdown. */
export function fencedIn(text: string, place: Place): Snippet[] {
  return [...text.matchAll(fence)].map(({ index, 1: indentation = "", 2: code = "" }) => ({
    ...place,
    line: place.line + text.slice(0, index).split("\n").length,
    code: indentation ? code.replaceAll(new RegExp(`^${indentation}`, "gm"), "") : code,
  }));
}
