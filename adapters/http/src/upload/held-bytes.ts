import { ArtGuardError } from "@artguard/core";

/** Counts the bytes of bodies that are in memory, so that no number of uploads can take it all. */
export class HeldBytes {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /** Runs `use` with a counter of its own, which gives everything back at the end. */
  async during<Result>(use: (hold: (bytes: number) => void) => Promise<Result>): Promise<Result> {
    let own = 0;
    const hold = (bytes: number) => {
      if (this.#held + bytes > this.#limit) throw busy("bodies of other requests fill the memory that they may take");
      own += bytes;
      this.#held += bytes;
    };
    try {
      return await use(hold);
    } finally {
      this.#held -= own;
    }
  }
}

const retryAfterMs = 1000;

/** What is answered when there is no room. */
export function busy(message: string): ArtGuardError {
  return new ArtGuardError("http.busy", message, { details: { retry_after_ms: retryAfterMs } });
}
