import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { type Exports, importLine, namesIn } from "./needed-imports.ts";
import { entryPoints, type PublicSymbol, publicSymbols } from "./public-symbols.ts";
import { fencedIn, type Snippet } from "./snippets.ts";
import { compilerOptions, type Fault, type Module, typeCheck } from "./type-check.ts";

/** What is public, and what is wrong with the examples that are shown of it. */
export interface Examination {
  readonly symbols: readonly PublicSymbol[];
  /** All pieces of code that were type-checked, and how many of them are from pages. */
  readonly snippets: number;
  readonly pages: number;
  readonly faults: readonly Fault[];
  /** Functions and classes without an example, as `@artguard/core fuse`. */
  readonly bare: readonly string[];
  readonly undocumented: readonly string[];
}

const shownPages = ["README.md", "CONTRIBUTING.md", "docs/**/*.md", "examples/**/*.md"];

/** Reads the packages of a workspace and type-checks all that is shown of them. */
export function examine(root: string): Examination {
  const entries = entryPoints(root);
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    compilerOptions(root),
  );
  const symbols = publicSymbols(program, entries);
  const ofSymbols = examplesOf(symbols);
  const ofPages = readPages(root);
  const modules = [...ofSymbols, ...ofPages.flatMap((blocks) => modulesOfPage(blocks, symbols))];
  const identify = ({ entry, name }: PublicSymbol) => `${entry.specifier} ${name}`;
  return {
    symbols,
    snippets: modules.length,
    pages: modules.length - ofSymbols.length,
    faults: typeCheck(root, modules, join(root, "docs/example-names.d.ts"), program),
    bare: symbols.filter(({ needsExample, examples }) => needsExample && examples.length === 0).map(identify),
    undocumented: symbols.filter(({ documented }) => !documented).map(identify),
  };
}

/** Examples leave out the imports of their own entry point, of their package and of core. */
function examplesOf(symbols: readonly PublicSymbol[]): Module[] {
  const seen = new Set<string>();
  return symbols.flatMap(({ entry, examples }) => {
    const from = exportsOf(symbols, [entry.specifier, entry.packageName, "@artguard/core", "@artguard/forensics"]);
    return examples.flatMap((snippet) => {
      const key = `${snippet.file}:${snippet.line}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ snippet, imports: importLine(snippet.code, from) }];
    });
  });
}

/** Blocks of a page go on with the imports of those before them; the rest is found where exactly one entry point has it. */
function modulesOfPage(blocks: readonly Snippet[], symbols: readonly PublicSymbol[]): Module[] {
  const known = new Map<string, string>();
  const everywhere = new Map<string, string>();
  for (const { name, entry } of symbols) everywhere.set(name, everywhere.has(name) ? "" : entry.specifier);
  return blocks.map((snippet) => {
    const imports = importLine(snippet.code, new Map([...everywhere, ...known].filter(([, from]) => from)));
    for (const [name, from] of namesIn(snippet.code).imported) known.set(name, from);
    return { snippet, imports };
  });
}

/** Names with the first of `specifiers` that exports them. */
function exportsOf(symbols: readonly PublicSymbol[], specifiers: readonly string[]): Exports {
  const found = new Map<string, string>();
  for (const specifier of specifiers)
    for (const { name, entry } of symbols)
      if (entry.specifier === specifier && !found.has(name)) found.set(name, specifier);
  return found;
}

function readPages(root: string): Snippet[][] {
  return globSync(shownPages, { cwd: root, exclude: ["**/node_modules/**", "docs/api/**", "docs/site/**"] })
    .sort()
    .map((page) => fencedIn(readFileSync(join(root, page), "utf8"), { title: page, file: join(root, page), line: 0 }));
}
