import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { entryPoints } from "../examples/public-symbols.ts";

const root = resolve(import.meta.dirname, "../..");

describe("the API reference", () => {
  it("has every public entry point under the name by which it is imported", () => {
    const { entryPoints: listed }: { entryPoints: string[] } = JSON.parse(
      readFileSync(join(root, "typedoc.json"), "utf8"),
    );
    const entries = entryPoints(root);
    expect(listed.toSorted()).toEqual(entries.map(({ file }) => relative(root, file)).sort());
    for (const { file, specifier } of entries)
      expect(readFileSync(file, "utf8"), file).toContain(` * @module ${specifier}\n`);
  });
});
