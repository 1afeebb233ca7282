import type { PooledChild } from "./child-pool.ts";
import type { ChildMessage, DetectRequest, HostMessage, OpenRequest } from "./isolated-protocol.ts";

/** What the host learns while a child works: its messages, or that it ended, overran or was to be stopped. */
export type SessionStep =
  | ChildMessage
  | { readonly type: "exited" }
  | { readonly type: "timed_out" }
  | { readonly type: "aborted" };

/** One image in the hands of one child: requests, and a queue of steps with a timer that the host sets before each wait. */
export class ChildSession {
  readonly #child: PooledChild;
  readonly #signal: AbortSignal;
  readonly #steps: SessionStep[] = [];
  #wake: (() => void) | undefined;
  #owesAnswer = false;
  #peakRssBytes = 0;

  constructor(child: PooledChild, signal: AbortSignal) {
    this.#child = child;
    this.#signal = signal;
    child.process.on("message", this.#onMessage);
    child.process.on("exit", this.#onExit);
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  ask(request: OpenRequest | DetectRequest): void {
    this.#owesAnswer = true;
    this.#send(request);
  }

  /** The next step, or `timed_out` after `budgetMs`. */
  async next(budgetMs: number): Promise<SessionStep> {
    const timer = setTimeout(() => this.#push({ type: "timed_out" }), Math.max(0, budgetMs));
    try {
      while (this.#steps.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      return this.#steps.shift()!;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes leave of the child. What the pool has to know of it: one that owes an answer may be in any state. */
  close(): { readonly reusable: boolean; readonly peakRssBytes: number } {
    if (!this.#owesAnswer) this.#send({ type: "close" });
    this.#child.process.off("message", this.#onMessage);
    this.#child.process.off("exit", this.#onExit);
    this.#signal.removeEventListener("abort", this.#onAbort);
    return { reusable: !this.#owesAnswer, peakRssBytes: this.#peakRssBytes };
  }

  #send(message: HostMessage): void {
    this.#child.process.send(message, (error) => {
      if (error) this.#onExit();
    });
  }

  #push(step: SessionStep): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  readonly #onMessage = (received: unknown) => {
    const message = received as ChildMessage;
    if ("peak_rss_bytes" in message) {
      this.#owesAnswer = false;
      this.#peakRssBytes = message.peak_rss_bytes;
    }
    this.#push(message);
  };
  readonly #onExit = () => {
    this.#owesAnswer = true;
    this.#push({ type: "exited" });
  };
  readonly #onAbort = () => this.#push({ type: "aborted" });
}
