// Bundles the functions, says how large each is, and calls them behind a Runtime API on this machine.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundleFunctions, type FunctionName, folderOf } from "./bundle-functions.ts";
import { nowhere } from "./environment.ts";
import { startFunction } from "./local/start-function.ts";

/** Of a function's folder; Lambda takes 250 MB unzipped. */
const largest: Record<FunctionName, number> = { preprocess: 30e6, worker: 60e6, privacy: 3e6 };
const target = fileURLToPath(new URL("./dist", import.meta.url));

/** A message that nobody can read: no store is needed to refuse it. */
const unreadable = {
  Records: [
    {
      messageId: "m1",
      body: "no event",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:ca-central-1:1:artguard",
    },
  ],
};

const sizes = await bundleFunctions(target);
for (const name of ["preprocess", "worker", "privacy"] as const) {
  const started = performance.now();
  const running = await startFunction(folderOf(name, target), nowhere);
  await running.loaded;
  const loadMs = Math.round(performance.now() - started);
  const outcome = await running.invoke(unreadable);
  await running[Symbol.asyncDispose]();
  console.log(`${name}: ${(sizes[name] / 1e6).toFixed(1)} MB, loaded in ${loadMs} ms`);
  assert.ok(sizes[name] < largest[name], `${name} has grown to ${sizes[name]} bytes`);
  // The sweep heeds no event, and finds no store.
  if (name === "privacy") assert.ok("error" in outcome);
  else assert.deepEqual(outcome, { payload: { batchItemFailures: [{ itemIdentifier: "m1" }] } });
}
