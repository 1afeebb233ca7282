// Prints for each name whether `import` and `require` give the same module, or why not: one JSON object.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const outcomes = {};
for (const name of process.argv.slice(2)) {
  try {
    const exported = Object.keys(await import(name)).sort();
    const required = Object.keys(require(name)).sort();
    const same = JSON.stringify(exported) === JSON.stringify(required);
    outcomes[name] = same ? { exports: exported.length } : { problem: `require gives ${required}` };
  } catch (error) {
    outcomes[name] = { problem: error.message, code: error.code };
  }
}
console.log(JSON.stringify(outcomes));
