// Type-checks what users are shown: every @example of a public symbol, every ```ts block of README.md, docs and examples.
// Functions and classes of the packages need an example; those without are counted and listed in
// scripts/examples/without-example.json, and the list may only become shorter.
//
//   npm run check:examples              exits with 1 when an example does not type-check or a new symbol has none
//   npm run check:examples -- --write   takes symbols that have an example by now off the list
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { examine } from "./examples/examine.ts";

const root = resolve(import.meta.dirname, "..");
const list = resolve(import.meta.dirname, "examples/without-example.json");
const allowed: readonly string[] = JSON.parse(readFileSync(list, "utf8"));
const { symbols, snippets, pages, faults, bare, undocumented } = examine(root);

for (const { at, title, message } of faults) console.log(`${at} (${title}): ${message}`);
const fresh = bare.filter((name) => !allowed.includes(name));
for (const name of fresh) console.log(`${name} has no @example`);
for (const name of undocumented) console.log(`${name} has no doc comment`);
const stale = allowed.filter((name) => !bare.includes(name));
if (process.argv.includes("--write")) {
  writeFileSync(
    list,
    `${JSON.stringify(
      allowed.filter((name) => !stale.includes(name)),
      null,
      2,
    )}\n`,
  );
} else {
  for (const name of stale) console.log(`${name} has an example by now: take it off the list (--write)`);
}

const needing = symbols.filter(({ needsExample }) => needsExample).length;
console.log(`${symbols.length} public symbols, ${undocumented.length} without a doc comment`);
console.log(`${needing - bare.length} of ${needing} functions and classes have an example`);
console.log(`${snippets - pages} examples and ${pages} blocks of pages type-checked: ${faults.length} faults`);
process.exitCode =
  faults.length + fresh.length + undocumented.length + (process.argv.includes("--write") ? 0 : stale.length) > 0
    ? 1
    : 0;
