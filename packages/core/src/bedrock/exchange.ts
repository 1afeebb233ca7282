import {
  type $Command,
  type BedrockRuntimeClient,
  type BedrockRuntimeClientResolvedConfig,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-bedrock-runtime";
import { isArtGuardError } from "../errors/artguard-error.ts";
import { type ConverseAnswer, readOutput, readStream } from "./converse-answer.ts";
import { Deadline } from "./deadline.ts";
import { describeFailure, type Failure, lateFailure, type Streaming } from "./failures.ts";
import { stopFailure } from "./stop-reasons.ts";

/** How one request is sent. */
export interface ExchangeOptions {
  /** Longest wait for the whole answer. */
  readonly timeoutMs: number;
  /** Ends it; what the signal fires with is then thrown. */
  readonly signal: AbortSignal;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Gets the pieces of a streamed answer; without it the answer comes in one. What it throws ends the call. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** How one request ended. An answer that may not be read is a failure, but its tokens were used all the same. */
export type Exchange =
  | { readonly answer: ConverseAnswer; readonly failure?: undefined }
  | { readonly answer?: ConverseAnswer; readonly failure: Failure };

/** Sends one request, once. Throws only the reason of the signal and what the listener throws. */
export async function exchange(
  client: BedrockRuntimeClient,
  input: ConverseCommandInput,
  { timeoutMs, signal, attempt, onText }: ExchangeOptions,
): Promise<Exchange> {
  const facts = { attempt, model: input.modelId ?? "" };
  const deadline = new Deadline(timeoutMs, signal, () => new Error("late"));
  let streaming: Streaming = onText === undefined ? "no" : "wanted";
  let ofListener: { readonly thrown: unknown } | undefined;
  const listen = (piece: string) => {
    try {
      onText?.(piece);
    } catch (thrown) {
      ofListener = { thrown };
      throw thrown;
    }
  };
  const options = { abortSignal: deadline.signal };
  const receive = async (): Promise<ConverseAnswer> => {
    if (onText === undefined) return readOutput(await client.send(withoutRetries(new ConverseCommand(input)), options));
    const { stream } = await client.send(withoutRetries(new ConverseStreamCommand(input)), options);
    streaming = "begun";
    return await readStream(stream ?? noEvents(), listen);
  };
  try {
    const answer = await deadline.race(receive());
    const failure = stopFailure(answer.stopReason, facts);
    return failure === undefined ? { answer } : { answer, failure };
  } catch (error) {
    if (ofListener !== undefined) throw ofListener.thrown;
    signal.throwIfAborted();
    if (deadline.isLate) return { failure: lateFailure(timeoutMs, facts) };
    if (isArtGuardError(error)) return { failure: { error, retry: "never", charged: "maybe" } };
    return { failure: describeFailure(error, { ...facts, streaming }) };
  } finally {
    deadline.close();
  }
}

async function* noEvents(): AsyncGenerator<never> {}

/** The client's own retries, its default or the caller's, would multiply ours. */
function withoutRetries<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  command: $Command<Input, Output, BedrockRuntimeClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
): typeof command {
  command.middlewareStack.add((next) => (args) => next(args), {
    name: "retryMiddleware",
    step: "finalizeRequest",
    priority: "high",
    override: true,
  });
  return command;
}
