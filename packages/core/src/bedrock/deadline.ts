import { setTimeout as sleep } from "node:timers/promises";

/**
 * The end of something: after some time, or when the signal of what it belongs to fires. Close it when it has ended.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  #isLate = false;

  /** @param reason What the signal fires with when the time is over. */
  constructor(milliseconds: number, outer: AbortSignal, reason: () => unknown) {
    outer.throwIfAborted();
    this.#end = performance.now() + milliseconds;
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#controller.abort(reason());
    }, milliseconds);
    this.#outer = outer;
    outer.addEventListener("abort", this.#follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the signal fired because the time was over. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Rejects when the signal fires, also where the work itself does not listen to it. */
  async race<Result>(work: Promise<Result>): Promise<Result> {
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => reject(this.signal.reason);
    if (this.signal.aborted) stop();
    this.signal.addEventListener("abort", stop);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.signal.removeEventListener("abort", stop);
    }
  }

  /** Waits; false, at once, when the deadline would pass meanwhile. */
  async pause(milliseconds: number): Promise<boolean> {
    if (milliseconds >= this.#end - performance.now()) return false;
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => this.signal.throwIfAborted());
    return true;
  }

  /** Ends what still runs under it. */
  close(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#follow);
    this.#controller.abort();
  }

  readonly #follow = () => this.#controller.abort(this.#outer.reason);
}
