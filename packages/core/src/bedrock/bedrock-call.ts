import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { VisionUsage } from "../vision/vision-model.ts";
import type { ConverseAnswer } from "./converse-answer.ts";
import { converseRequest, mostInputTokens, type RequestParts } from "./converse-request.ts";
import type { Deadline } from "./deadline.ts";
import { exchange } from "./exchange.ts";
import type { Failure } from "./failures.ts";
import type { ResolvedOptions } from "./options.ts";
import { addTokens, costOf, noTokens, type Tokens, tokensOf } from "./pricing.ts";
import type { Spending } from "./spending.ts";
import type { StructuredLadder, StructuredMode } from "./structured-output.ts";

/** Pauses between attempts: at random up to the first, doubled with every attempt up to the longest ("full jitter"). */
const [firstPauseMs, longestPauseMs] = [250, 20_000];

/** What a call is made of, besides the mode that the ladder chooses. */
export type CallParts = Omit<RequestParts, "mode">;

/** An answer, and how it was asked for. */
export interface ModedAnswer extends ConverseAnswer {
  readonly mode: StructuredMode;
}

/** One call of a model: its requests share a deadline, a budget and a count of tokens. The only place that repeats. */
export class BedrockCall {
  readonly #client: BedrockRuntimeClient;
  readonly #options: ResolvedOptions;
  readonly #ladder: StructuredLadder;
  readonly #account: ReturnType<Spending["openCall"]>;
  readonly #deadline: Deadline;
  #tokens: Tokens = noTokens;
  #requests = 0;
  #uncounted = 0;

  constructor(
    client: BedrockRuntimeClient,
    options: ResolvedOptions,
    ladder: StructuredLadder,
    spending: Spending,
    deadline: Deadline,
  ) {
    this.#client = client;
    this.#options = options;
    this.#ladder = ladder;
    this.#account = spending.openCall();
    this.#deadline = deadline;
  }

  /** What Bedrock has reported so far. */
  get tokens(): Tokens {
    return this.#tokens;
  }

  get usage(): VisionUsage {
    const { input, output, cacheRead, cacheWrite } = this.#tokens;
    return {
      input_tokens: input + cacheRead + cacheWrite,
      output_tokens: output,
      cost_usd: costOf(this.#tokens, this.#options.capabilities.price),
    };
  }

  /** Requests that were sent, and how many of them may have been charged although Bedrock reported no usage. */
  get counts(): { readonly requests: number; readonly uncounted: number } {
    return { requests: this.#requests, uncounted: this.#uncounted };
  }

  /**
   * Asks for an answer: again when it failed for a passing reason, and in the next mode when this one is not supported.
   *
   * @param listener Makes, for each attempt, what gets the pieces of a streamed answer; undefined: do not stream.
   */
  async ask(parts: CallParts, listener: () => ((piece: string) => void) | undefined): Promise<ModedAnswer> {
    for (;;) {
      const { mode } = this.#ladder;
      const outcome = await this.#repeat({ ...parts, mode }, listener);
      if (!("error" in outcome)) return { ...outcome, mode };
      if (!this.#ladder.stepDown(mode, outcome.error)) throw outcome.error;
    }
  }

  /** A failure that also tells what the call has cost. */
  withUsage(error: unknown): unknown {
    if (!isArtGuardError(error)) return error;
    const { code, message, fix, details } = error;
    return new ArtGuardError(code, message, { fix, details: { ...details, ...this.usage }, cause: error });
  }

  async #repeat(parts: RequestParts, listener: () => ((piece: string) => void) | undefined) {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#send(parts, attempt, listener());
      if (!("error" in outcome)) return outcome;
      if (!mayRepeat(outcome, attempt, this.#options.maxAttempts)) return outcome;
      const pause = this.#options.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
      if (!(await this.#deadline.pause(pause))) return outcome;
    }
  }

  async #send(
    parts: RequestParts,
    attempt: number,
    onText?: (piece: string) => void,
  ): Promise<ConverseAnswer | Failure> {
    const { price } = this.#options.capabilities;
    const most: Tokens = { ...noTokens, input: mostInputTokens(parts), output: parts.maxTokens };
    const settle = await this.#account.reserve(costOf(most, price));
    // What is not known to have been free counts as spent in full; after the end nothing is sent.
    let actual = this.#deadline.signal.aborted ? noTokens : most;
    try {
      this.#requests++;
      const options = { timeoutMs: this.#options.attemptTimeoutMs, signal: this.#deadline.signal, attempt, onText };
      const ended = await exchange(this.#client, converseRequest(parts), options);
      const tokens = tokensOf(ended.answer?.usage);
      if (tokens !== undefined) actual = tokens;
      else if (ended.failure?.charged === "no") actual = noTokens;
      else this.#uncounted++;
      this.#tokens = addTokens(this.#tokens, tokens ?? noTokens);
      return ended.failure === undefined ? ended.answer : ended.failure;
    } finally {
      await settle(costOf(actual, price));
    }
  }
}

function mayRepeat({ retry }: Failure, attempt: number, maxAttempts: number): boolean {
  return retry !== "never" && attempt < (retry === "once" ? Math.min(2, maxAttempts) : maxAttempts);
}
