import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** What a finished run of the command left behind. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `artguard` from source, as a user would from a shell. */
export function startCli(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const own = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", main];
  return spawn(process.execPath, [...own, ...args], { stdio: "pipe", ...options });
}

/** Runs `artguard` to its end. */
export async function runCli(args: readonly string[], input?: Uint8Array, options: SpawnOptions = {}): Promise<Run> {
  const child = startCli(args, options);
  child.stdin?.end(input);
  return await finished(child);
}

/** Waits for a started `artguard`. */
export async function finished(child: ChildProcess): Promise<Run> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, stdout: await stdout, stderr: await stderr };
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}
