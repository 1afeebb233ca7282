import { ArtGuardError } from "../errors/artguard-error.ts";

/** The end of one call: when its time is over, or when the caller's signal fires. Close it when the call has ended. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;
  readonly #callerSignal: AbortSignal | undefined;

  constructor(subject: string, milliseconds: number, callerSignal?: AbortSignal) {
    callerSignal?.throwIfAborted();
    this.#end = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#controller.abort(timedOut(subject, milliseconds)), milliseconds);
    this.#callerSignal = callerSignal;
    callerSignal?.addEventListener("abort", this.#follow);
  }

  /** Fires with what the call shall reject with: the caller's own reason, or `storage.timed-out`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#end - performance.now();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#callerSignal?.removeEventListener("abort", this.#follow);
  }

  readonly #follow = () => this.#controller.abort(this.#callerSignal?.reason);
}

function timedOut(subject: string, milliseconds: number): ArtGuardError {
  return new ArtGuardError("storage.timed-out", `${subject}: no answer within ${milliseconds} ms`, {
    details: { timeout_ms: milliseconds },
  });
}
