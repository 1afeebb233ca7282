// A worker in a process of its own: node worker-process.ts <database> <objects> <lease ms> <work ms> [<queue url>]
// With a queue it looks into the store once, at its start.
// Says on standard output what it claims and how that ends, a line each; ends at SIGTERM.
import { writeSync } from "node:fs";
import { createArtGuard } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { sqs } from "@artguard/core/sqs";
import { runWorker } from "../src/run-worker.ts";
import { slowDetector } from "./slow-detector.ts";

const [path = "", objects = "", leaseMs = "", workMs = "", queueUrl] = process.argv.slice(2);
const ending = new AbortController();
process.once("SIGTERM", () => ending.abort());
const tables = await sqlite({ path });
const detectors = [slowDetector(Number(workMs))];
const artguard = await createArtGuard({ detectors, tables, objects: folder({ path: objects }), isolation: "none" });
const summary = await runWorker({
  artguard,
  concurrency: 2,
  ...(queueUrl === undefined ? { pollMs: 20 } : { pollMs: 600_000, queue: sqs({ queueUrl }) }),
  leaseMs: Number(leaseMs),
  signal: ending.signal,
  onEvent: (event) => {
    if (event.type === "claimed") writeSync(1, `claimed ${event.record.request_id}\n`);
    if (event.type === "ended") writeSync(1, `${event.outcome} ${event.record.request_id}\n`);
  },
});
writeSync(1, `drained ${summary.completed}\n`);
await artguard[Symbol.asyncDispose]();
await tables[Symbol.asyncDispose]();
