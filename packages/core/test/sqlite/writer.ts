// A process that writes records into a store and says on standard output which it begins and which are acknowledged, until it is killed or fails.
// Imports files rather than the package because it is started hundreds of times. Arguments: path, name of the writer, how many writes at most (0: until killed), seeded defect (`none` for the product).
import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isArtGuardError } from "../../src/errors/artguard-error.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { putAction } from "../../src/storage/table-store.ts";
import { noteTable, pairTable } from "./note-table.ts";

const [path = "", writer = "", most = "0", defect = "none"] = process.argv.slice(2);
if (defect === "synchronous-off") seedSynchronousOff();

/** Makes every connection of this process commit without waiting for the disk. */
function seedSynchronousOff(): void {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql.replaceAll("synchronous = FULL", "synchronous = OFF"));
  };
}

function acknowledge(n: number): void {
  writeSync(1, `ack ${n}\n`);
}

try {
  // Node 22 does not know `await using`.
  const store = await sqlite({ path });
  const notes = await store.open(noteTable);
  for (let n = 0; most === "0" || n < Number(most); n++) {
    const note = { writer, n, text: "x".repeat(100 + ((n * 997) % 5000)) };
    writeSync(1, `begin ${n}\n`);
    if (defect === "early-acknowledgement") acknowledge(n);
    if (n % 4 === 3) await store.transact([putAction(noteTable, note), putAction(pairTable, { writer, n })]);
    else await notes.put(note);
    if (defect !== "early-acknowledgement") acknowledge(n);
  }
  await store[Symbol.asyncDispose]();
} catch (error) {
  writeSync(1, `${isArtGuardError(error) ? error.code : error}\n`);
  process.exitCode = 3;
}
