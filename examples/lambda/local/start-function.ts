import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type RuntimeApi, startRuntimeApi } from "./runtime-api.ts";

/** A function in an execution environment of its own on this machine. */
export interface LocalFunction extends AsyncDisposable {
  readonly invoke: RuntimeApi["invoke"];
  readonly loaded: Promise<void>;
  /** What it wrote to standard error so far. */
  readonly log: () => string;
}

const runtime = fileURLToPath(new URL("./runtime.ts", import.meta.url));

/**
 * Starts a bundle as Lambda would: with Node alone, from its own folder.
 *
 * @param environment All that it sees of the environment.
 */
export async function startFunction(folder: string, environment: Record<string, string>): Promise<LocalFunction> {
  const api = await startRuntimeApi();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", runtime], {
    cwd: folder,
    stdio: ["ignore", "inherit", "pipe"],
    env: {
      PATH: process.env["PATH"],
      _HANDLER: "index.handler",
      ...environment,
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: folder,
    },
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const closed = once(child, "close");
  return {
    invoke: api.invoke,
    loaded: api.loaded,
    log: () => log,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await closed;
      await api[Symbol.asyncDispose]();
    },
  };
}
