import { busy } from "./held-bytes.ts";

/** Lets a number of uploads be worked on at the same time, and some wait for their turn in the order of their coming. */
export class WorkGate {
  readonly #working: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #active = 0;

  constructor({ working, waiting }: { readonly working: number; readonly waiting: number }) {
    this.#working = working;
    this.#waiting = waiting;
  }

  /** Uploads at work and waiting. */
  get load(): { readonly working: number; readonly waiting: number } {
    return { working: this.#active, waiting: this.#queue.length };
  }

  /** Does the work in its turn. @throws ArtGuardError `http.busy` when too many wait already. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#active < this.#working) {
      this.#active += 1;
      return;
    }
    if (this.#queue.length >= this.#waiting) throw busy("too many uploads wait already");
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** The place goes to whoever waits longest. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#active -= 1;
  }
}
