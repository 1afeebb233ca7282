import type { PooledChild } from "./child-pool.ts";
import type { ChildMessage, ExamineRequest } from "./isolated-protocol.ts";

/** What the host learns while a child works: its messages, or that it ended, overran or was to be stopped. */
export type SessionStep =
  | ChildMessage
  | { readonly type: "exited" }
  | { readonly type: "timed_out" }
  | { readonly type: "aborted" };

/** One request to one child, as a queue of steps with a timer that the host sets before each wait. */
export class ChildSession implements Disposable {
  readonly #child: PooledChild;
  readonly #signal: AbortSignal | undefined;
  readonly #steps: SessionStep[] = [];
  #wake: (() => void) | undefined;

  constructor(child: PooledChild, request: ExamineRequest, signal?: AbortSignal) {
    this.#child = child;
    this.#signal = signal;
    child.process.on("message", this.#onMessage);
    child.process.on("exit", this.#onExit);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    child.process.send(request, (error) => {
      if (error) this.#push({ type: "exited" });
    });
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

  [Symbol.dispose](): void {
    this.#child.process.off("message", this.#onMessage);
    this.#child.process.off("exit", this.#onExit);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  #push(step: SessionStep): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  readonly #onMessage = (message: unknown) => this.#push(message as ChildMessage);
  readonly #onExit = () => this.#push({ type: "exited" });
  readonly #onAbort = () => this.#push({ type: "aborted" });
}
