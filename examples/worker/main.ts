// A host that submits, and a worker on the same stores that does the work. In a deployment they are two processes, and
// there are as many workers as it takes.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createArtGuard, openPrivacy } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { forensicDetectors } from "@artguard/forensics";
import { runWorker } from "@artguard/worker";

const place = await mkdtemp(join(tmpdir(), "artguard-worker-"));
const stores = { tables: await sqlite({ path: join(place, "artguard.db") }), objects: folder({ path: place }) };
const host = await createArtGuard({ detectors: [], ...stores });
const worker = await createArtGuard({ detectors: forensicDetectors(), ...stores });

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const working = runWorker({
  artguard: worker,
  privacy: await openPrivacy(stores),
  signal: stop.signal,
  onEvent: (event) => {
    if (event.type === "ended") console.log(event.outcome, event.record.filename);
  },
});

const submitted: string[] = [];
for (const filename of ["untouched.jpg", "spliced.jpg"]) {
  const bytes = await readFile(new URL(`../images/${filename}`, import.meta.url));
  submitted.push((await host.submit(bytes, { filename })).request_id);
}
const isOpen = async () => {
  const { PENDING, PROCESSING } = (await host.counts()).by_status;
  return PENDING + PROCESSING > 0;
};
while (await isOpen()) await sleep(200);
stop.abort();
const summary = await working;
const [untouched, spliced] = await Promise.all(submitted.map((requestId) => host.get(requestId)));
console.log("untouched:", untouched?.verdict, "| spliced:", spliced?.verdict);

await Promise.all([host[Symbol.asyncDispose](), worker[Symbol.asyncDispose]()]);
await stores.tables[Symbol.asyncDispose]();
await rm(place, { recursive: true });

assert.deepEqual(summary, { completed: 2, failed: 0, released: 0, lost: 0 });
assert.notEqual(untouched?.verdict, "LIKELY_FORGED");
assert.equal(spliced?.verdict, "LIKELY_FORGED");
