import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What a worker said. */
export interface WorkerEvent {
  readonly kind: "started" | "claimed" | "committed" | "refused";
  readonly owner: string;
  readonly id: string;
  readonly fence: number;
  /** Epoch milliseconds by the worker's clock. */
  readonly at: number;
}

const program = fileURLToPath(new URL("./worker.ts", import.meta.url));
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "artguard-test-compile-cache") };

/** One process of a worker, and what is known of it from outside. */
export class WorkerProcess {
  /** What it said last; undefined before it said anything. */
  last: WorkerEvent | undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(owner: string, args: readonly string[], onEvent: (event: WorkerEvent) => void) {
    const [path = "", ...rest] = args;
    this.#child = spawn(process.execPath, ["--conditions=artguard-source", program, path, owner, ...rest], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environment,
    });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      const [kind, id, fence, at] = line.split(" ") as [WorkerEvent["kind"], string, string, string];
      this.last = { kind, owner, id, fence: Number(fence), at: Number(at) };
      onEvent(this.last);
    });
    this.#ended = new Promise((resolve) => this.#child.on("close", () => resolve()));
  }

  get isAlive(): boolean {
    return !this.#child.killed && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** In the middle of a job, as far as it has said. */
  get isBusy(): boolean {
    return this.isAlive && this.last?.kind === "claimed";
  }

  /** Lets it look for work. */
  begin(): this {
    this.#child.stdin?.write("begin\n");
    return this;
  }

  /** Stops it where it is, and lets it go on after a while. */
  async suspend(milliseconds: number): Promise<void> {
    process.kill(this.#child.pid!, "SIGSTOP");
    await sleep(milliseconds);
    process.kill(this.#child.pid!, "SIGCONT");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async end(): Promise<void> {
    this.kill();
    await this.#ended;
  }
}
