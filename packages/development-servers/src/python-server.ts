import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const startTimeoutMs = 60_000;
const tools = fileURLToPath(new URL("../../../.tools", import.meta.url));

/** What one server needs of Python. */
export interface PythonRequirements {
  /** Name of the server, for messages and for the folder of its environment. */
  readonly name: string;
  /** Oldest version of Python 3 that its requirements run on, e.g. `9`. */
  readonly minor: number;
  /** File of pinned requirements. */
  readonly requirements: string;
}

/** How a server is started. */
export interface PythonServerOptions extends PythonRequirements {
  /** What follows `python`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Finds in the output of the server the address it listens on, as its first group. */
  readonly announcement: RegExp;
}

/** A server of its own on a free loopback port; it ends when it is disposed. */
export interface PythonServer extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * Whether this machine has a Python for it, with its venv module; the reason is printed when it has not.
 *
 * @throws Error when `CI=true` and Python is missing: there the tests must run.
 */
export function canRunPython({ name, minor }: PythonRequirements): boolean {
  if (systemPython(minor) !== undefined) return true;
  const missing = `Python 3.${minor} or later with its venv module`;
  if (process.env["CI"] === "true") throw new Error(`${name} needs ${missing}`);
  process.stderr.write(`SKIPPED ${name}: no ${missing} on PATH\n`);
  return false;
}

/** Starts it, installing its requirements first when this checkout has none. @throws Error with its output when it does not start. */
export async function startPythonServer(options: PythonServerOptions): Promise<PythonServer> {
  const child = spawn(installedPython(options), options.args, {
    cwd: tmpdir(),
    env: { ...process.env, PYTHONUNBUFFERED: "1", NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endOnExit = () => child.kill("SIGKILL");
  process.once("exit", endOnExit);
  return {
    endpoint: await announcedEndpoint(child, options),
    async [Symbol.asyncDispose]() {
      process.off("exit", endOnExit);
      await ended(child);
    },
  };
}

/** The Python of a virtual environment with exactly the pinned requirements, made once per checkout. */
export function installedPython({ name, minor, requirements }: PythonRequirements): string {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(tools, `${name}-${digest}`);
  if (!existsSync(folder)) install(folder, name, systemPython(minor) ?? "python3", requirements);
  return pythonIn(folder);
}

function systemPython(minor: number): string | undefined {
  const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (3, ${minor}))`;
  return ["python3", "python"].find((name) => spawnSync(name, ["-c", check], { stdio: "ignore" }).status === 0);
}

/** Built under another name and renamed when complete: an interrupted installation is never used. */
function install(folder: string, name: string, python: string, requirements: string): void {
  process.stderr.write(`installing ${name} into .tools (once) …\n`);
  mkdirSync(tools, { recursive: true });
  const building = `${folder}.${process.pid}`;
  try {
    run(python, ["-m", "venv", building]);
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

async function announcedEndpoint(
  child: ChildProcess,
  { name, announcement }: Pick<PythonServerOptions, "name" | "announcement">,
): Promise<string> {
  const chunks: Buffer[] = [];
  const found = new Promise<string>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${name} ${reason}:\n${Buffer.concat(chunks).toString()}`));
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      const endpoint = announcement.exec(Buffer.concat(chunks).toString())?.[1];
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
