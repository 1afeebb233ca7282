// Cold starts on this machine: from the start of the process until the function asks for its first
// event. pnpm bench [number of starts]
import { fileURLToPath } from "node:url";
import { bundleFunctions, type FunctionName, folderOf, functionNames } from "./bundle-functions.ts";
import { nowhere } from "./environment.ts";
import { startSecretServer } from "./local/secret-server.ts";
import { startFunction } from "./local/start-function.ts";

const starts = Number(process.argv[2] ?? 10);
const target = fileURLToPath(new URL("./dist", import.meta.url));
const secrets = await startSecretServer();
const sizes = await bundleFunctions(target);

/** @returns milliseconds. */
async function coldStart(name: FunctionName): Promise<number> {
  const started = performance.now();
  const running = await startFunction(folderOf(name, target), { ...nowhere, ...secrets.environment });
  await running.loaded;
  const elapsed = performance.now() - started;
  await running[Symbol.asyncDispose]();
  return elapsed;
}

for (const name of functionNames) {
  const elapsed: number[] = [];
  for (let i = 0; i < starts; i++) elapsed.push(await coldStart(name));
  elapsed.sort((a, b) => a - b);
  const [median, slowest] = [elapsed[Math.floor(starts / 2)]!, elapsed.at(-1)!];
  console.log(
    `${name.padEnd(12)} ${(sizes[name] / 1e6).toFixed(1)} MB  median ${median.toFixed(0)} ms  slowest ${slowest.toFixed(0)} ms  (${starts} starts)`,
  );
}
await secrets[Symbol.asyncDispose]();
