import { ArtGuardError } from "../errors/artguard-error.ts";

/** Ceilings in US dollars. A request that might go beyond one is not sent. */
export interface BedrockBudget {
  /** For one call with its repeated requests and its repair turn. */
  readonly perCallUsd?: number;
  /** For all calls of one UTC day. */
  readonly perDayUsd?: number;
  /**
   * Adds to the sum of a UTC day (`2026-01-31`) and resolves with the new sum, in one step; amounts can be negative. By
   * default the sum is kept in this object's memory: every process then has a budget of its own.
   */
  readonly addToDay?: (day: string, usd: number) => number | Promise<number>;
}

/** Gives back what a request did not use of what was set aside for it. */
export type Settle = (actualUsd: number) => Promise<void>;

/** Sets money aside before each request, and settles it afterwards. */
export class Spending {
  readonly #budget: BedrockBudget;
  readonly #now: () => number;
  readonly #addToDay: (day: string, usd: number) => number | Promise<number>;
  #today = { day: "", usd: 0 };

  constructor(budget: BedrockBudget, now: () => number) {
    this.#budget = budget;
    this.#now = now;
    this.#addToDay = budget.addToDay ?? ((day, usd) => this.#addInMemory(day, usd));
  }

  /** The account of one call. */
  openCall(): { reserve(mostUsd: number): Promise<Settle> } {
    let spent = 0;
    return {
      reserve: async (mostUsd) => {
        this.#assertWithin("perCallUsd", spent + mostUsd, mostUsd);
        const day = new Date(this.#now()).toISOString().slice(0, 10);
        const sum = await this.#addToDay(day, mostUsd);
        if (sum > (this.#budget.perDayUsd ?? Number.POSITIVE_INFINITY)) await this.#addToDay(day, -mostUsd);
        this.#assertWithin("perDayUsd", sum, mostUsd);
        spent += mostUsd;
        return async (actualUsd) => {
          spent += actualUsd - mostUsd;
          try {
            await this.#addToDay(day, actualUsd - mostUsd);
          } catch {
            // The day's sum stays too high; the answer is not lost for that.
          }
        };
      },
    };
  }

  #assertWithin(ceiling: "perCallUsd" | "perDayUsd", sum: number, mostUsd: number): void {
    const limit = this.#budget[ceiling] ?? Number.POSITIVE_INFINITY;
    if (sum <= limit) return;
    const message = `a request of up to ${mostUsd.toFixed(4)} USD would make ${sum.toFixed(4)}; ${ceiling} is ${limit}`;
    throw new ArtGuardError("bedrock.budget-exceeded", message, {
      details: { ceiling, limit_usd: limit, sum_usd: sum },
    });
  }

  #addInMemory(day: string, usd: number): number {
    // What is settled after midnight belongs to a day that is over.
    if (day > this.#today.day) this.#today = { day, usd: 0 };
    if (day === this.#today.day) this.#today.usd += usd;
    return this.#today.usd;
  }
}
