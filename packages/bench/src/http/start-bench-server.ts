import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A running server and what can be seen of its process. */
export interface BenchServer {
  readonly url: string;
  readonly key: string;
  readonly port: number;
  /** Bytes of memory now. */
  resident(): number;
  /** Open file descriptors. */
  descriptors(): number;
  stop(): Promise<void>;
}

const settings = {
  ARTGUARD_HTTP_PORT: "0",
  ARTGUARD_HTTP_PER_CALLER_PER_MINUTE: "10000000",
  ARTGUARD_HTTP_PER_ADDRESS_PER_MINUTE: "10000000",
};

const programs = {
  quick: new URL("./bench-server.ts", import.meta.url),
  cloud: new URL("./cloud-server.ts", import.meta.url),
};

/** Starts the program with stores in a new folder. */
export async function startBenchServer(
  kind: keyof typeof programs = "quick",
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "artguard-bench-http-"));
  const main = fileURLToPath(programs[kind]);
  const child = spawn(
    process.execPath,
    ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", main],
    {
      env: { ...process.env, ...settings, ...environment, ARTGUARD_FOLDER: folder },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { url, key } = await announcement(child);
  return {
    url,
    key,
    port: Number(new URL(url).port),
    resident: () => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]),
    descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function announcement(child: ChildProcess): Promise<{ url: string; key: string }> {
  const [line] = await once(child.stdout!, "data");
  return JSON.parse(String(line)) as { url: string; key: string };
}
