import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { examine } from "../examples/examine.ts";
import { importLine } from "../examples/needed-imports.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const manifest = {
  name: "@artguard/core",
  type: "module",
  exports: { ".": { "artguard-source": "./src/index.ts", types: "./dist/index.d.ts" } },
};
const double = (example: string) => `
/** Twice as much.${example} */
export function double(value: number): number {
  return 2 * value;
}
`;

/** A workspace of one package with this source, and a page. */
function workspace(source: string, page = "") {
  const root = mkdtempSync(join(tmpdir(), "artguard-examples-"));
  folders.push(root);
  const files = {
    "tsconfig.base.json": JSON.stringify({
      compilerOptions: {
        module: "NodeNext",
        strict: true,
        types: [],
        lib: ["ES2023"],
        customConditions: ["artguard-source"],
      },
    }),
    "packages/core/package.json": JSON.stringify(manifest),
    "packages/core/src/index.ts": source,
    "docs/example-names.d.ts": "declare const amount: number;",
    "README.md": page,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const messages = (root: string) => examine(root).faults.map(({ at, message }) => `${at} ${message}`);

describe("examples of public symbols", () => {
  it("may use their own entry point and the declared names without importing them", () => {
    const { faults, bare, snippets } = examine(workspace(double("\n * @example\n * double(amount).toFixed(2);\n")));
    expect({ faults, bare, snippets }).toEqual({ faults: [], bare: [], snippets: 1 });
  });

  it("are held against the types, with the line on which they stand", () => {
    const wrong = double('\n * @example\n * double(1);\n * double("two");\n');
    expect(messages(workspace(wrong))).toEqual([
      "packages/core/src/index.ts:5 Argument of type 'string' is not assignable to parameter of type 'number'.",
    ]);
  });

  it("may be fenced, with words around the code", () => {
    const fenced = double("\n * @example\n * Twice:\n * ```ts\n * double(true);\n * ```\n");
    expect(messages(workspace(fenced))).toEqual([expect.stringMatching(/index\.ts:6 .*'boolean'/)]);
  });

  it("do not compile with names that nobody declared", () => {
    expect(messages(workspace(double("\n * @example\n * double(unheardOf);\n")))).toEqual([
      expect.stringContaining("Cannot find name 'unheardOf'"),
    ]);
  });

  it("are missed on functions and classes, not on types", () => {
    const { bare, undocumented } = examine(
      workspace(
        `${double("")} export class Box {}\n/** Names. */\nexport interface Names {}\nexport const list = [1];`,
      ),
    );
    expect(bare).toEqual(["@artguard/core double", "@artguard/core Box"]);
    expect(undocumented).toEqual(["@artguard/core Box", "@artguard/core list"]);
  });

  it("see a mistake in the declared names themselves", () => {
    const root = workspace(double(""));
    writeFileSync(join(root, "docs/example-names.d.ts"), 'declare const box: import("@artguard/core").Missing;');
    expect(messages(root)).toEqual([expect.stringContaining("no exported member 'Missing'")]);
  });
});

describe("blocks of pages", () => {
  it("go on with the imports of those before them", () => {
    const page =
      '# Page\n\n```ts\nimport { double } from "@artguard/core";\n```\n\nThen:\n\n```ts\ndouble(amount);\n```\n';
    const { faults, pages } = examine(workspace(double(""), page));
    expect({ faults, pages }).toEqual({ faults: [], pages: 2 });
  });

  it("are held against the types, with the line of the page", () => {
    expect(messages(workspace(double(""), "# Page\n\n```ts\nconst two: string = double(1);\n```\n"))).toEqual([
      "README.md:4 Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

describe("imports that a snippet leaves out", () => {
  const known = new Map([["fuse", "@artguard/core"]]);

  it("are those of what it uses, not of what it declares, imports or reads from something else", () => {
    expect(importLine("fuse([], policy);", known)).toBe('import { fuse } from "@artguard/core";');
    for (const code of [
      "const fuse = 1; fuse;",
      'import { fuse } from "./own.ts"; fuse();',
      "electric.fuse();",
      "({ fuse: 1 });",
    ])
      expect(importLine(code, known)).toBe("");
  });
});
