import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("writer.ts", import.meta.url));

/** What the writer shall do; see writer.ts. */
export interface WriterSettings {
  readonly path: string;
  readonly writer: string;
  /** Default until it is killed. */
  readonly writes?: number;
  /** Default `none`. */
  readonly defect?: "none" | "synchronous-off" | "early-acknowledgement";
}

function argumentsOf({ path, writer, writes = 0, defect = "none" }: WriterSettings): string[] {
  return ["--conditions=artguard-source", "--no-warnings", program, path, writer, String(writes), defect];
}

/** How a writer ended. */
export interface WriterEnd {
  readonly signal: NodeJS.Signals | null;
  /** The numbers that it acknowledged, in order. */
  readonly acknowledged: readonly number[];
  /** What it said besides: the code of the error that ended it. */
  readonly failure: string | undefined;
}

function read(output: string, signal: NodeJS.Signals | null): WriterEnd {
  // The last line may be cut: what was not said completely was not acknowledged.
  const lines = output.split("\n").slice(0, -1);
  const acknowledged = lines.flatMap((line) => (line.startsWith("ack ") ? [Number(line.slice(4))] : []));
  return { signal, acknowledged, failure: lines.find((line) => !/^(begin|ack) /.test(line)) };
}

/** A writer in a process of its own. */
export class ChildWriter {
  readonly #process: ChildProcess;
  #output = "";

  constructor(settings: WriterSettings) {
    this.#process = spawn(process.execPath, argumentsOf(settings), { stdio: ["ignore", "pipe", "inherit"] });
    this.#process.stdout!.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
  }

  /** Resolves when it has acknowledged its first write, or ended. */
  async hasBegun(): Promise<void> {
    const ended = once(this.#process, "exit");
    while (this.isRunning) {
      if (this.#output.includes("ack ")) return;
      await Promise.race([once(this.#process.stdout!, "data"), ended]);
    }
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** How many writes it has acknowledged so far. */
  get acknowledged(): number {
    return read(this.#output, null).acknowledged.length;
  }

  /** Ends it without warning. */
  async kill(): Promise<WriterEnd> {
    if (this.isRunning) {
      const closed = once(this.#process, "close");
      this.#process.kill("SIGKILL");
      await closed;
    }
    return read(this.#output, this.#process.signalCode);
  }

  /** Waits until it ends by itself. */
  async end(): Promise<WriterEnd> {
    if (this.#process.exitCode === null) await once(this.#process, "close");
    return read(this.#output, this.#process.signalCode);
  }
}

/** Runs a writer to its end under strace with these options. */
export function straceWriter(options: readonly string[], settings: WriterSettings): WriterEnd {
  const command = [...options, process.execPath, ...argumentsOf(settings)];
  const { stdout, error } = spawnSync("strace", command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  if (error) throw error;
  return read(stdout, null);
}

/** Why strace cannot be used here, or undefined. @throws Error in CI, where it must be there. */
export function missingStrace(): string | undefined {
  const { status } = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { stdio: "ignore" });
  if (status === 0) return undefined;
  const reason = "strace is missing or may not trace; install it (apt-get install strace)";
  if (process.env["CI"] === "true") throw new Error(reason);
  return reason;
}
