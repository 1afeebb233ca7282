import { writeSync } from "node:fs";
import { join } from "node:path";
import { openPrivacy } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { watchedObjects, watchedTables } from "./crashing.ts";
import { subject, writtenAt } from "./subjects.ts";

// A process that erases people one after another until it is killed: a dot for each call of a store, a line for each receipt.

const [path, ...numbers] = process.argv.slice(2);
const now = () => writtenAt + 1000;
const dot = () => {
  writeSync(1, ".");
};

// Node 22 reads this file itself and knows no `using`.
const store = await sqlite({ path: join(path!, "artguard.db"), now });
const objects = watchedObjects(folder({ path: join(path!, "images"), now }), dot);
const privacy = await openPrivacy({ tables: watchedTables(store, dot), objects, settleMs: 0, now });
for (const number of numbers) {
  const { erased } = await privacy.eraseUser(subject(Number(number)).userId, { scrub: number === numbers.at(-1) });
  writeSync(1, `\n${JSON.stringify({ number: Number(number), erased })}\n`);
}
await store[Symbol.asyncDispose]();
