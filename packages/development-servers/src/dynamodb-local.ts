import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

const startTimeoutMs = 60_000;
const attempts = 3;

/** A DynamoDB Local of its own on a free loopback port; everything in it is gone when it is disposed. */
export interface DynamoDBLocal extends AsyncDisposable {
  readonly endpoint: string;
  /** Configuration of a client. Each `database` (letters and digits) has tables of its own; default `artguard`. */
  clientConfig(database?: string): DynamoDBClientConfig;
}

/**
 * Whether this machine can run DynamoDB Local; the reason is printed when it cannot.
 *
 * @throws Error when `CI=true` and Java is missing: there the tests must run.
 */
export function canRunDynamoDBLocal(): boolean {
  if (spawnSync("java", ["-version"], { stdio: "ignore" }).status === 0) return true;
  if (process.env["CI"] === "true") throw new Error("DynamoDB Local needs Java: install a headless JRE (17 or later)");
  process.stderr.write("SKIPPED DynamoDB Local: no Java on PATH (install a headless JRE, 17 or later)\n");
  return false;
}

/** Starts DynamoDB Local and waits until it answers. @throws Error with its output when it does not. */
export async function startDynamoDBLocal(): Promise<DynamoDBLocal> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = spawn("java", javaArguments(port), { cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
    const output = collected(child);
    const endOnExit = () => child.kill("SIGKILL");
    process.once("exit", endOnExit);
    const endpoint = `http://127.0.0.1:${port}`;
    const stop = async () => {
      process.off("exit", endOnExit);
      await ended(child);
    };
    if (await answers(child, endpoint))
      return { endpoint, clientConfig: configFor(endpoint), [Symbol.asyncDispose]: stop };
    await stop();
    // Another process may have taken the port since it was found free.
    if (attempt === attempts) throw new Error(`DynamoDB Local did not start:\n${output()}`);
  }
}

function javaArguments(port: number): string[] {
  const folder = join(
    dirname(fileURLToPath(import.meta.resolve("amplify-dynamodb-simulator/package.json"))),
    "emulator",
  );
  return [
    ...["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
    ...["-jar", join(folder, "DynamoDBLocal.jar")],
    ...["-inMemory", "-disableTelemetry", "-port", String(port)],
  ];
}

function configFor(endpoint: string): DynamoDBLocal["clientConfig"] {
  return (database = "artguard") => ({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: database, secretAccessKey: "local" },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function collected(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("error", (error) => chunks.push(Buffer.from(error.message)));
  return () => Buffer.concat(chunks).toString();
}

/** Any HTTP answer will do: an unsigned request is answered with an error. */
async function answers(child: ChildProcess, endpoint: string): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
