import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** Workers on a store, replaced when they are killed; every line that any of them said. */
export class Crew {
  readonly lines: string[] = [];
  readonly #args: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  /** Each with what it said last. */
  readonly #alive = new Map<ChildProcess, string>();

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.#args = args;
    this.#environment = environment;
  }

  start(): void {
    const child = spawn(process.execPath, ["--conditions=artguard-source", program, ...this.#args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: this.#environment,
    });
    this.#alive.set(child, "");
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(line);
      if (this.#alive.has(child)) this.#alive.set(child, line);
    });
  }

  /** Kills a worker, in the middle of its work if there is one, and starts another. */
  async replaceOne(): Promise<void> {
    const all = [...this.#alive];
    const [victim] = all.find(([, line]) => line.startsWith("claimed")) ?? all[0]!;
    this.#alive.delete(victim);
    const closed = once(victim, "close");
    victim.kill("SIGKILL");
    await closed;
    this.start();
  }

  /** Tells all to end. @returns their exit codes. */
  async end(): Promise<unknown[]> {
    return await Promise.all(
      [...this.#alive.keys()].map(async (child) => {
        const closed = once(child, "close");
        child.kill("SIGTERM");
        return (await closed)[0];
      }),
    );
  }

  kill(): void {
    for (const child of this.#alive.keys()) child.kill("SIGKILL");
  }
}

export const claimsIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith("claimed")).length;
