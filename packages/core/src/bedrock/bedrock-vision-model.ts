import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { JsonValue } from "../detection/detection.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { type ReadAnswer, readAnswer } from "../vision/answer.ts";
import { repairPrompt, visionPrompt } from "../vision/prompt.ts";
import { newPromptSecrets, type PromptSecrets } from "../vision/prompt-secrets.ts";
import { sentenceReader } from "../vision/sentence-reader.ts";
import type { VisionAnswer, VisionModel, VisionRequest, VisionUsage } from "../vision/vision-model.ts";
import { BedrockCall, type CallParts, type ModedAnswer } from "./bedrock-call.ts";
import { Deadline } from "./deadline.ts";
import { type BedrockEstimate, estimateCall } from "./estimate.ts";
import { type FittedRequest, fitRequest } from "./fit-request.ts";
import { type BedrockOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { quotaTokens } from "./pricing.ts";
import { Spending } from "./spending.ts";
import { StructuredLadder } from "./structured-output.ts";

/** How long a refused answer may be that is shown to the model again. */
const longestRefused = 16_384;

/** Options of one `explain`. */
type ExplainOptions = Parameters<VisionModel["explain"]>[1];

/**
 * A Claude model on Amazon Bedrock, by Converse, or ConverseStream when somebody listens. Its answers are checked by the
 * same reader whatever mode they were asked for in; a refused answer may be mended once.
 *
 * @example
 * const vision = new BedrockVisionModel({ model: "eu.anthropic.claude-sonnet-4-6", region: "eu-central-1" });
 * const usd = vision.estimate({ width: 2048, height: 1536 });
 */
export class BedrockVisionModel implements VisionModel {
  readonly id = "bedrock";
  /** Model or inference profile, as given. */
  readonly version: string;
  readonly #options: ResolvedOptions;
  readonly #client: BedrockRuntimeClient;
  readonly #ladder: StructuredLadder;
  readonly #spending: Spending;
  #regionOfClient: Promise<string> | undefined;

  /** @throws ArtGuardError `bedrock.invalid-option`, `bedrock.outside-residency` */
  constructor(options: BedrockOptions) {
    this.#options = resolveOptions(options);
    this.version = options.model;
    this.#client = options.client ?? ownClient(options, this.#options);
    this.#ladder = new StructuredLadder(this.#options.capabilities.structured);
    this.#spending = new Spending(this.#options.budget, this.#options.now);
  }

  /**
   * What a call costs at most, its repair turn included; without requests that are repeated because they failed. Its
   * evidence and passages, which nobody knows before, count as 7,000 tokens of text; a budget counts the real ones.
   */
  estimate(image: { readonly width: number; readonly height: number }): BedrockEstimate {
    return estimateCall(image, this.#options);
  }

  /**
   * @throws ArtGuardError `bedrock.*`; `vision.invalid-answer`, `vision.prompt-leaked`, `vision.image-too-large`. When the
   * signal fires, its reason.
   */
  async explain(request: VisionRequest, { signal, onSentence }: ExplainOptions): Promise<VisionAnswer> {
    return await this.#within(signal, async (call) => {
      const fitted = await fitRequest(request, this.#options.capabilities.tier);
      const secrets = newPromptSecrets();
      const parts = this.#partsOf(fitted, secrets);
      const given = await call.ask(parts, streamOnce(secrets, onSentence));
      const { answer, read, repaired } = await this.#checked(call, parts, given, fitted.request, secrets);
      return { ...opinionOf(read), usage: call.usage, details: this.#details(call, answer, fitted, read, repaired) };
    });
  }

  /** Asks for a few tokens only, to see which mode of structured output is granted. For the doctor; it costs a call. */
  async probe(request: VisionRequest, { signal }: Pick<ExplainOptions, "signal">): Promise<ProbeResult> {
    return await this.#within(signal, async (call) => {
      const fitted = await fitRequest(request, this.#options.capabilities.tier);
      try {
        const { mode } = await call.ask(this.#partsOf(fitted, newPromptSecrets(), probeTokens), noListener);
        return { mode, usage: call.usage };
      } catch (error) {
        // It was allowed to speak; more was not asked.
        if (isArtGuardError(error, "bedrock.answer-cut")) return { mode: this.#ladder.mode, usage: call.usage };
        throw error;
      }
    });
  }

  async #within<Result>(signal: AbortSignal, work: (call: BedrockCall) => Promise<Result>): Promise<Result> {
    const { timeoutMs, model } = this.#options;
    const deadline = new Deadline(timeoutMs, signal, () => timedOut(model, timeoutMs));
    const call = new BedrockCall(this.#client, this.#options, this.#ladder, this.#spending, deadline);
    try {
      // Also what does not listen to the signal, such as a sum of the caller's, holds nobody up.
      return await deadline.race(this.#assertRegion().then(() => work(call)));
    } catch (error) {
      throw call.withUsage(error);
    } finally {
      deadline.close();
    }
  }

  /** A client of the caller may be of another region than the one that was checked and is recorded. */
  async #assertRegion(): Promise<void> {
    this.#regionOfClient ??= this.#client.config.region();
    const region = await this.#regionOfClient;
    if (region === this.#options.region) return;
    const message = `the client is for region ${region}, the model for ${this.#options.region}`;
    throw new ArtGuardError("bedrock.invalid-option", message);
  }

  #partsOf({ pictures, request }: FittedRequest, secrets: PromptSecrets, maxTokens?: number): CallParts {
    const { model, capabilities, nativePath, promptCaching } = this.#options;
    return {
      ...{ modelId: model, capabilities, nativePath, promptCaching, pictures },
      maxTokens: maxTokens ?? this.#options.maxTokens,
      prompt: visionPrompt(request, secrets),
    };
  }

  /** The answer as read, after one repair turn if it needed one. */
  async #checked(
    call: BedrockCall,
    parts: CallParts,
    answer: ModedAnswer,
    request: VisionRequest,
    secrets: PromptSecrets,
  ) {
    try {
      return { answer, read: readAnswer(answer.output, request, secrets), repaired: false };
    } catch (refusal) {
      if (!isArtGuardError(refusal, "vision.invalid-answer")) throw refusal;
      const turn = { answer: textOf(answer.output), repair: repairPrompt(refusal) };
      const second = await call.ask({ ...parts, turn }, noListener);
      return { answer: second, read: readAnswer(second.output, request, secrets), repaired: true };
    }
  }

  #details(
    call: BedrockCall,
    { mode, stopReason, latencyMs }: ModedAnswer,
    { pictures }: FittedRequest,
    { uncited }: ReadAnswer,
    repaired: boolean,
  ): Readonly<Record<string, JsonValue>> {
    const { model, region, profile, residency, capabilities } = this.#options;
    const { requests, uncounted } = call.counts;
    const [picture] = pictures;
    return {
      ...{ model, region, structured: mode, repaired, requests, uncited, stop_reason: stopReason },
      inference_profile: profile ?? null,
      ...(residency !== undefined && { residency }),
      ...(latencyMs !== undefined && { latency_ms: latencyMs }),
      ...(uncounted > 0 && { requests_without_usage: uncounted }),
      priced: capabilities.price !== undefined,
      quota_tokens: quotaTokens(call.tokens),
      cache_read_tokens: call.tokens.cacheRead,
      cache_write_tokens: call.tokens.cacheWrite,
      pictures: pictures.length,
      ...(picture !== undefined && { picture_width: picture.width, picture_height: picture.height }),
    };
  }
}

/** What {@link BedrockVisionModel.probe} found. */
export interface ProbeResult {
  readonly mode: string;
  readonly usage: VisionUsage;
}

/**
 * A vision model on Bedrock.
 *
 * @throws ArtGuardError `bedrock.invalid-option`, `bedrock.outside-residency`
 * @example
 * const vision = bedrock({ model: "eu.anthropic.claude-sonnet-4-6", region: "eu-central-1", residency: "eu" });
 */
export function bedrock(options: BedrockOptions): BedrockVisionModel {
  return new BedrockVisionModel(options);
}

const probeTokens = 16;
const noListener = () => undefined;

/** Sentences are streamed until one was handed out: a repeated request would hand out the same ones again. */
function streamOnce(secrets: PromptSecrets, onSentence: ExplainOptions["onSentence"]) {
  let said = false;
  return () => {
    if (onSentence === undefined || said) return;
    return sentenceReader(secrets, (text) => {
      said = true;
      onSentence(text);
    });
  };
}

function opinionOf({ sentences, findings, likelihood, instruction }: ReadAnswer) {
  return { sentences, findings, likelihood, ...(instruction !== undefined && { instruction }) };
}

/** Converse refuses empty text. */
function textOf(output: unknown): string {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  return text.trim() === "" ? "(no answer)" : text.slice(0, longestRefused);
}

function timedOut(model: string, timeoutMs: number): ArtGuardError {
  return new ArtGuardError("bedrock.timed-out", `Bedrock ${model}: no answer within ${timeoutMs} ms`, {
    details: { timeout_ms: timeoutMs },
  });
}

/** One attempt a request, and a socket that gives up by itself when nothing comes. */
function ownClient({ clientConfig }: BedrockOptions, { region, attemptTimeoutMs }: ResolvedOptions) {
  return new BedrockRuntimeClient({
    requestHandler: { requestTimeout: attemptTimeoutMs, disableConcurrentStreams: true },
    ...clientConfig,
    region,
    maxAttempts: 1,
  });
}
