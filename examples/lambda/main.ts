// Bundles the functions, says how large each is, and calls them behind a Runtime API on this machine.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundleFunctions, type FunctionName, folderOf, functionNames } from "./bundle-functions.ts";
import { nowhere } from "./environment.ts";
import { startSecretServer } from "./local/secret-server.ts";
import { startFunction } from "./local/start-function.ts";

/** Of a function's folder; Lambda takes 250 MB unzipped. */
const largest: Record<FunctionName, number> = { api: 65e6, worker: 65e6, preprocess: 30e6, privacy: 65e6 };
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
/** A request of a function URL that nobody has to have a key for. */
const health = {
  version: "2.0",
  rawPath: "/health/live",
  rawQueryString: "",
  headers: { host: "artguard.lambda-url.ca-central-1.on.aws" },
  requestContext: { http: { method: "GET", path: "/health/live", sourceIp: "192.0.2.10" } },
  isBase64Encoded: false,
};

const secrets = await startSecretServer();
const sizes = await bundleFunctions(target);
for (const name of functionNames) {
  const started = performance.now();
  const running = await startFunction(folderOf(name, target), { ...nowhere, ...secrets.environment });
  await running.loaded;
  const loadMs = Math.round(performance.now() - started);
  const outcome = await running.invoke(name === "api" ? health : unreadable);
  await running[Symbol.asyncDispose]();
  console.log(`${name}: ${(sizes[name] / 1e6).toFixed(1)} MB, loaded in ${loadMs} ms`);
  assert.ok(sizes[name] < largest[name], `${name} has grown to ${sizes[name]} bytes`);
  // The sweep heeds no event, and finds no store.
  if (name === "privacy") assert.ok("error" in outcome);
  else if (name === "api") assert.equal((outcome as { payload: { statusCode: number } }).payload.statusCode, 200);
  else assert.deepEqual(outcome, { payload: { batchItemFailures: [{ itemIdentifier: "m1" }] } });
}
await secrets[Symbol.asyncDispose]();
