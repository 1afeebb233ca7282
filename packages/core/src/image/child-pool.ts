import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";

/** Images after which a child is replaced, so that fragmented memory goes back to the system. */
const imagesPerChild = 100;
/** A child that ever used more than this is replaced after its image. */
const retireAboveRss = 600 * 2 ** 20;

/** JavaScript heap of a child; pixels and coefficients live outside it. */
const heapMegabytes = 512;

/** A child process and what it has been through. */
export interface PooledChild {
  readonly process: ChildProcess;
  images: number;
}

/** Decoding children: started when needed, kept warm, replaced when worn; at most `size` at a time, first come first served. */
export class ChildPool {
  readonly #size: number;
  readonly #idle: PooledChild[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #all = new Set<ChildProcess>();
  #busy = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Waits for a place, then for nothing more. @throws the signal's reason once it fired. */
  async acquire(signal?: AbortSignal): Promise<PooledChild> {
    signal?.throwIfAborted();
    if (this.#busy >= this.#size) await this.#turn(signal);
    else this.#busy++;
    return this.#take();
  }

  /** A child that nobody else could have now; undefined while all are at work. */
  acquireSpare(): PooledChild | undefined {
    if (this.#busy >= this.#size) return undefined;
    this.#busy++;
    return this.#take();
  }

  /** Whether somebody waits for a place. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a child back; pass `reusable: false` for one that was killed or is in an unknown state. */
  release(child: PooledChild, { reusable, peakRssBytes = 0 }: { reusable: boolean; peakRssBytes?: number }): void {
    child.images++;
    if (reusable && child.images < imagesPerChild && peakRssBytes < retireAboveRss) {
      child.process.unref();
      child.process.channel?.unref();
      this.#idle.push(child);
    } else {
      child.process.kill("SIGKILL");
    }
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy--;
  }

  /** Kills every child. */
  dispose(): void {
    for (const child of this.#all) child.kill("SIGKILL");
    this.#idle.length = 0;
  }

  #take(): PooledChild {
    const child = this.#idle.pop() ?? this.#start();
    child.process.ref();
    child.process.channel?.ref();
    return child;
  }

  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(go);
    });
  }

  #start(): PooledChild {
    const entry = createRequire(import.meta.url).resolve("@artguard/core/isolated-child");
    const child = fork(entry, {
      execArgv: [`--max-old-space-size=${heapMegabytes}`, ...inheritedConditions()],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // No secret of the host's environment reaches a process that decodes hostile bytes.
      env: { PATH: process.env["PATH"], MALLOC_ARENA_MAX: "2" },
    });
    this.#all.add(child);
    // Without a listener, a child that cannot be started would throw in the host; `exit` tells the same.
    child.on("error", () => child.kill("SIGKILL"));
    child.on("exit", () => {
      this.#all.delete(child);
      const position = this.#idle.findIndex(({ process }) => process === child);
      if (position >= 0) this.#idle.splice(position, 1);
    });
    return { process: child, images: 0 };
  }
}

/** Export conditions of this process, so that a child resolves packages alike. */
function inheritedConditions(): string[] {
  return process.execArgv.flatMap((argument, i, all) => {
    if (argument.startsWith("--conditions=")) return [argument];
    return argument === "-C" || argument === "--conditions" ? [argument, all[i + 1] ?? ""] : [];
  });
}
