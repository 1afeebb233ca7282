import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { type Snippet, snippetsIn } from "./snippets.ts";

/** A module that users import by name: `@artguard/core/sqlite`. */
export interface EntryPoint {
  readonly specifier: string;
  /** The package that it belongs to: `@artguard/core`. */
  readonly packageName: string;
  /** Absolute path of its source. */
  readonly file: string;
}

/** What an entry point exports. */
export interface PublicSymbol {
  readonly name: string;
  readonly entry: EntryPoint;
  readonly documented: boolean;
  /** Functions and classes are what the rule wants an example of. */
  readonly needsExample: boolean;
  readonly examples: readonly Snippet[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<
    Record<string, string | { readonly types?: string; readonly [condition: string]: string | undefined }>
  >;
}

/** The public entry points of all published packages, from their manifests; what has no types is not for importing. */
export function entryPoints(root: string): EntryPoint[] {
  return globSync("{packages,adapters}/*/package.json", { cwd: root })
    .sort()
    .flatMap((path) => {
      const manifest: Manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
      const { name, private: hidden, exports = {} } = manifest;
      if (hidden) return [];
      return Object.entries(exports).flatMap(([subpath, target]) => {
        const source = typeof target === "object" && target.types ? target["artguard-source"] : undefined;
        if (!source) return [];
        const file = join(root, dirname(path), source);
        if (!existsSync(file)) throw new Error(`${name}: ${subpath} names ${file}, which is not there`);
        return [{ specifier: join(name, subpath), packageName: name, file }];
      });
    });
}

/** Everything that the entry points export, each symbol once per entry point. */
export function publicSymbols(program: ts.Program, entries: readonly EntryPoint[]): PublicSymbol[] {
  const checker = program.getTypeChecker();
  return entries.flatMap((entry) => {
    const file = program.getSourceFile(entry.file);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`${entry.file} is no module`);
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return {
        name: exported.name,
        entry,
        documented: symbol.getDocumentationComment(checker).length > 0,
        needsExample: isCallable(symbol, checker) && !isTypeOnly(exported),
        examples: examplesOf(symbol, exported.name, entry),
      };
    });
  });
}

function isCallable(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  if (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) return true;
  return (
    Boolean(symbol.flags & ts.SymbolFlags.Variable) && checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0
  );
}

function isTypeOnly(exported: ts.Symbol): boolean {
  return (exported.declarations ?? []).some(
    (declaration) =>
      ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly),
  );
}

/** The examples of a symbol and, for a class or an interface, of its members. */
function examplesOf(symbol: ts.Symbol, name: string, entry: EntryPoint): Snippet[] {
  const members = symbol.members ? [...symbol.members.values()] : [];
  return [symbol, ...members].flatMap((owner) => {
    const title = owner === symbol ? name : `${name}.${owner.name}`;
    return (owner.declarations ?? []).flatMap((declaration) =>
      ts.getJSDocTags(declaration).flatMap((tag) => {
        if (tag.tagName.text !== "example") return [];
        const text = ts.getTextOfJSDocComment(tag.comment) ?? "";
        const at = declaration.getSourceFile();
        const line = at.getLineAndCharacterOfPosition(tag.getStart(at)).line + 1;
        return snippetsIn(text, { title, file: at.fileName, line, entry });
      }),
    );
  });
}
