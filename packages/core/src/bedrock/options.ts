import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { NativePath } from "./converse-request.ts";
import { capabilitiesOf, type ModelCapabilities } from "./model-capabilities.ts";
import { readModelName } from "./model-name.ts";
import { assertWithin, isResidency, type Residency } from "./residency.ts";
import type { BedrockBudget } from "./spending.ts";

/** How a model on Bedrock is called. */
export interface BedrockOptions {
  /**
   * Id of a model or, for most Claude models, of an inference profile: `eu.anthropic.claude-sonnet-4-6`. There is no
   * default: it decides where pictures are processed, and models end.
   */
  readonly model: string;
  /** Region that is called. There is no default. */
  readonly region: string;
  /** The area that pictures must not leave. Without it any region and profile is accepted, `global.` included. */
  readonly residency?: Residency;
  /** A client of the caller, who also closes it. Its own retries are switched off for our calls. */
  readonly client?: BedrockRuntimeClient;
  /** Settings of the client we make, e.g. `credentials`; ignored with `client`. */
  readonly clientConfig?: BedrockRuntimeClientConfig;
  /** What is known better of this model than ArtGuard knows, e.g. `{ price: { input: 3, output: 15 } }`. */
  readonly capabilities?: Partial<ModelCapabilities>;
  /**
   * Most tokens of one answer; default 2,048, with models that always reason 6,144. Always sent: without it Bedrock
   * reserves the model's maximum from the account's quota.
   */
  readonly maxTokens?: number;
  readonly budget?: BedrockBudget;
  /** Where native structured output is asked for; default `outputConfig`. */
  readonly nativePath?: NativePath;
  /** Marks the constant part of the prompt for Bedrock's cache where the model's minimum is met; default true. */
  readonly promptCaching?: boolean;
  /** Requests that one request may become; default 4. We are the only ones who repeat. */
  readonly maxAttempts?: number;
  /** Longest wait for one request with its answer; default 45,000. */
  readonly attemptTimeoutMs?: number;
  /** Longest wait for a call with all its requests; default 90,000. The caller's signal may end it earlier. */
  readonly timeoutMs?: number;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** A number in [0, 1) for the pauses between attempts; default `Math.random`. */
  readonly random?: () => number;
}

/** {@link BedrockOptions}, checked and complete. */
export type ResolvedOptions = Required<
  Omit<BedrockOptions, "client" | "clientConfig" | "capabilities" | "residency">
> & {
  readonly capabilities: ModelCapabilities;
  readonly residency: Residency | undefined;
  /** Of the inference profile, e.g. `eu`. */
  readonly profile: string | undefined;
};

const mostTokens = 64_000;
/** Timers of Node fire at once beyond that, about 25 days. */
const longestMs = 2 ** 31 - 1;

/** @throws ArtGuardError `bedrock.invalid-option`, `bedrock.outside-residency` */
export function resolveOptions(options: BedrockOptions): ResolvedOptions {
  const { model, region, residency, budget = {} } = options;
  const name = readModelName(model);
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw invalid(`"${region}" is no region of AWS`);
  if (residency !== undefined) {
    if (!isResidency(residency)) throw invalid(`residency "${residency}" is not known`);
    assertWithin(residency, region, model, name);
  }
  const capabilities = capabilitiesOf(name, options.capabilities);
  const maxTokens = options.maxTokens ?? (capabilities.alwaysReasons ? 6_144 : 2_048);
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1 || maxTokens > mostTokens)
    throw invalid(`maxTokens must be a whole number from 1 to ${mostTokens}`);
  assertBudget(budget, capabilities);
  return {
    ...{ model, region, residency, profile: name.profile, capabilities, maxTokens, budget },
    nativePath: options.nativePath ?? "outputConfig",
    promptCaching: options.promptCaching ?? true,
    maxAttempts: positive("maxAttempts", options.maxAttempts ?? 4),
    attemptTimeoutMs: positive("attemptTimeoutMs", options.attemptTimeoutMs ?? 45_000),
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? 90_000),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  };
}

function assertBudget({ perCallUsd, perDayUsd }: BedrockBudget, { price }: ModelCapabilities): void {
  for (const ceiling of [perCallUsd, perDayUsd])
    if (ceiling !== undefined && !(ceiling >= 0)) throw invalid("a ceiling of the budget must be 0 or more US dollars");
  if (perCallUsd === undefined && perDayUsd === undefined) return;
  if (price !== undefined) return;
  throw invalid("a budget needs the price of the model, which is not known: pass capabilities.price");
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= longestMs) return value;
  throw invalid(`${option} must be a whole number from 1 to ${longestMs}`);
}

function invalid(message: string): ArtGuardError {
  return new ArtGuardError("bedrock.invalid-option", message);
}
