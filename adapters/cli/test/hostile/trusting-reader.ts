import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

// A store without its check, and a reader that fetches: does with names what nothing of ArtGuard may do.
const [folder = ".", ...names] = process.argv.slice(2);
for (const name of names) {
  for (const path of [name, join(folder, name)]) await readFile(path).catch(() => undefined);
  if (/^http:/.test(name)) {
    await fetch(name, { signal: AbortSignal.timeout(500) }).then(
      (answer) => answer.arrayBuffer(),
      () => wait(0),
    );
  }
}
