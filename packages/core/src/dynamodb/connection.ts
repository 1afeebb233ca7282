import { setTimeout as sleep } from "node:timers/promises";
import type {
  $Command as Command,
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import type { ArtGuardError } from "../errors/artguard-error.ts";
import { Deadline } from "./deadline.ts";
import { isUncertain, requestFailure } from "./failures.ts";

/** Delays between attempts: at random up to the first, doubled with every attempt up to the longest ("full jitter"). */
const [firstDelayMs, longestDelayMs] = [25, 1_000];

/** How calls are sent. */
export interface ConnectionOptions {
  /** Time for one call with all its requests. */
  readonly timeoutMs: number;
  /** Requests that one request may become when the store is busy or out of reach. */
  readonly maxAttempts: number;
}

/** A client with deadlines, retries and typed failures. The only place that repeats a failed request. */
export class Connection {
  readonly #client: DynamoDBClient;
  readonly #options: ConnectionOptions;

  constructor(client: DynamoDBClient, options: ConnectionOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Runs one call, whose requests share one deadline. @param subject What errors are about: the name of the table. */
  async call<Result>(
    subject: string,
    signal: AbortSignal | undefined,
    work: (call: Call) => Promise<Result>,
  ): Promise<Result> {
    const deadline = new Deadline(subject, this.#options.timeoutMs, signal);
    try {
      return await work(new Call(this.#client, deadline, subject, this.#options.maxAttempts));
    } finally {
      deadline.close();
    }
  }
}

/** One call while it runs. */
export class Call {
  readonly #client: DynamoDBClient;
  readonly #deadline: Deadline;
  readonly #maxAttempts: number;
  /** What errors are about: the name of the table. */
  readonly subject: string;

  constructor(client: DynamoDBClient, deadline: Deadline, subject: string, maxAttempts: number) {
    this.#client = client;
    this.#deadline = deadline;
    this.subject = subject;
    this.#maxAttempts = maxAttempts;
  }

  /**
   * Sends a request, again when it failed for a passing reason.
   *
   * @param makeCommand Makes the command; one per attempt.
   * @param options.repeatable Whether doing it twice is doing it once, so that it may be sent again although it may have
   * been carried out; default true.
   */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    makeCommand: () => Command<Input, Output, DynamoDBClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    { repeatable = true } = {},
  ): Promise<Output> {
    let uncertain: ArtGuardError | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.send(withoutRetries(makeCommand()), { abortSignal: this.#deadline.signal });
      } catch (error) {
        this.#deadline.signal.throwIfAborted();
        const failure = requestFailure(error, this.subject, attempt);
        // The condition may have failed because an earlier attempt met it and was carried out.
        if (failure.code === "storage.condition-failed") throw uncertain ?? failure;
        if (isUncertain(failure)) uncertain = failure;
        const again = failure.retryable && attempt < this.#maxAttempts && (repeatable || uncertain === undefined);
        if (!again || !(await this.backOff(attempt))) throw failure;
      }
    }
  }

  /** Waits before going on after the `round`-th failure in a row; false, at once, when the deadline would pass meanwhile. */
  async backOff(round: number): Promise<boolean> {
    const delay = Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (round - 1));
    if (delay >= this.#deadline.remainingMs) return false;
    await sleep(delay, undefined, { signal: this.#deadline.signal }).catch(() =>
      this.#deadline.signal.throwIfAborted(),
    );
    return true;
  }
}

/** The client's own retries, its default or the caller's, would multiply ours. */
function withoutRetries<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  command: Command<Input, Output, DynamoDBClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
): typeof command {
  command.middlewareStack.add((next) => (args) => next(args), {
    name: "retryMiddleware",
    step: "finalizeRequest",
    priority: "high",
    override: true,
  });
  return command;
}
