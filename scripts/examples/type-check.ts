import { globSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { Place, Snippet } from "./snippets.ts";

/** A snippet with the imports that it leaves out. */
export interface Module {
  readonly snippet: Snippet;
  /** One line. */
  readonly imports: string;
}

/** What the compiler holds against a snippet. */
export interface Fault {
  /** The symbol or page. */
  readonly title: string;
  /** Path from the root and line of the file that shows the snippet: `docs/http.md:63`. */
  readonly at: string;
  readonly message: string;
}

/** The options of the workspace, without what is only about tidiness. */
export function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, "tsconfig.base.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root, undefined, path);
  return {
    ...options,
    noEmit: true,
    // Only files that are asked for are checked; with it, mistakes in the declared names would pass.
    skipLibCheck: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitReturns: false,
    verbatimModuleSyntax: false,
    isolatedModules: false,
    noPropertyAccessFromIndexSignature: false,
  };
}

/** Type-checks all modules in one program against the sources of the packages. `names` declares what snippets assume. */
export function typeCheck(root: string, modules: readonly Module[], names: string, before?: ts.Program): Fault[] {
  const options = compilerOptions(root);
  const texts = new Map(modules.map((module, i) => [join(root, `snippet-${i}.mts`), module]));
  const host = hostOf(root, options, texts, names);
  const program = ts.createProgram([...texts.keys(), names], options, host, before);
  const faultsOf = (path: string, { title, file: shown, line }: Place): Fault[] => {
    const file = program.getSourceFile(path);
    if (!file) throw new Error(`${path} was not read`);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => ({
      title,
      at: `${relative(root, shown)}:${line + lineOf(diagnostic)}`,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    }));
  };
  return [
    ...faultsOf(names, { title: "names", file: names, line: 1 }),
    ...[...texts].flatMap(([path, { snippet }]) => faultsOf(path, snippet)),
  ];
}

/** The line below the first, which holds the imports of a module. */
function lineOf({ file, start = 0 }: ts.Diagnostic): number {
  return Math.max(1, file?.getLineAndCharacterOfPosition(start).line ?? 1);
}

/** Reads the modules from memory, and resolves what they import as any package of the workspace would. */
function hostOf(
  root: string,
  options: ts.CompilerOptions,
  texts: ReadonlyMap<string, Module>,
  names: string,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  const homes = globSync("{packages,adapters,examples}/*/package.json", { cwd: root }).map((path) =>
    join(root, dirname(path), "importer.mts"),
  );
  const textOf = (path: string) => {
    const module = texts.get(path);
    return module && `${module.imports}export {};\n${module.snippet.code}`;
  };
  const sourceOf = host.getSourceFile.bind(host);
  return {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => textOf(path) ?? host.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const text = textOf(path);
      return text === undefined ? sourceOf(path, version, ...rest) : ts.createSourceFile(path, text, version, true);
    },
    resolveModuleNameLiterals: (literals, from, redirected, _, file) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(file, literal, options);
        for (const importer of texts.has(from) || from === names ? homes : [from]) {
          const found = ts.resolveModuleName(literal.text, importer, options, host, cache, redirected, mode);
          if (found.resolvedModule) return found;
        }
        return { resolvedModule: undefined };
      }),
  };
}
