import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const startTimeoutMs = 60_000;
const requirements = fileURLToPath(new URL("../moto-requirements.txt", import.meta.url));
const tools = fileURLToPath(new URL("../../../.tools", import.meta.url));

/** A moto server of its own on a free loopback port; everything in it is gone when it is disposed. */
export interface MotoServer extends AsyncDisposable {
  readonly endpoint: string;
  /** Configuration that any client of the AWS SDK takes; buckets are in the path. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    forcePathStyle: true;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
}

/**
 * Whether this machine can run moto: Python 3 with its venv module; the reason is printed when it cannot.
 *
 * @throws Error when `CI=true` and Python is missing: there the tests must run.
 */
export function canRunMoto(): boolean {
  if (systemPython() !== undefined) return true;
  const missing = "Python 3.9 or later with its venv module";
  if (process.env["CI"] === "true") throw new Error(`moto needs ${missing}`);
  process.stderr.write(`SKIPPED moto: no ${missing} on PATH\n`);
  return false;
}

/** Starts moto, installing it first when this checkout has none. @throws Error with its output when it does not start. */
export async function startMoto(): Promise<MotoServer> {
  const python = installedPython();
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    cwd: tmpdir(),
    env: { ...process.env, PYTHONUNBUFFERED: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endOnExit = () => child.kill("SIGKILL");
  process.once("exit", endOnExit);
  const endpoint = await announcedEndpoint(child);
  return {
    endpoint,
    clientConfig: {
      endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    },
    async [Symbol.asyncDispose]() {
      process.off("exit", endOnExit);
      await ended(child);
    },
  };
}

function systemPython(): string | undefined {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))";
  return ["python3", "python"].find((name) => spawnSync(name, ["-c", check], { stdio: "ignore" }).status === 0);
}

/** The Python of a virtual environment with exactly the pinned requirements, made once per checkout. */
function installedPython(): string {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(tools, `moto-${digest}`);
  if (!existsSync(folder)) install(folder);
  return pythonIn(folder);
}

/** Built under another name and renamed when complete: an interrupted installation is never used. */
function install(folder: string): void {
  process.stderr.write("installing moto into .tools (once) …\n");
  mkdirSync(tools, { recursive: true });
  const building = `${folder}.${process.pid}`;
  try {
    run(systemPython() ?? "python3", ["-m", "venv", building]);
    run(pythonIn(building), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
    renameSync(building, folder);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    // Another process may have finished the same installation meanwhile.
    if (!existsSync(folder)) throw error;
  }
}

function pythonIn(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
}

async function announcedEndpoint(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  const found = new Promise<string>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`moto ${reason}:\n${Buffer.concat(chunks).toString()}`));
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(Buffer.concat(chunks).toString())?.[1];
      if (endpoint !== undefined) resolve(endpoint);
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with code ${code}`));
    setTimeout(() => fail("did not answer in time"), startTimeoutMs).unref();
  });
  return found;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
