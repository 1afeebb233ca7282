import type { TokenUsage } from "@aws-sdk/client-bedrock-runtime";
import type { ModelPrice } from "./model-capabilities.ts";

/** Tokens of one or more requests. */
export interface Tokens {
  /** Read anew by the model. */
  readonly input: number;
  readonly output: number;
  /** Read from and written to the prompt cache. */
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** No tokens. */
export const noTokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Shares of the price of an input token. Source: Amazon's prompt caching page, five-minute cache. */
const [cacheReadShare, cacheWriteShare] = [0.1, 1.25];

/** Output tokens count five times against the quota of Claude 3.7 and later. Source: Amazon's token quota page. */
const outputWeight = 5;

/** What Bedrock reports; undefined when it reports nothing that can be counted. */
export function tokensOf(usage: TokenUsage | undefined): Tokens | undefined {
  const counts = [usage?.inputTokens, usage?.outputTokens, usage?.cacheReadInputTokens ?? 0];
  const [input, output, cacheRead, cacheWrite] = [...counts, usage?.cacheWriteInputTokens ?? 0];
  if (!isCount(input) || !isCount(output) || !isCount(cacheRead) || !isCount(cacheWrite)) return;
  return { input, output, cacheRead, cacheWrite };
}

/** US dollars; 0 without a price. */
export function costOf({ input, output, cacheRead, cacheWrite }: Tokens, price: ModelPrice | undefined): number {
  if (price === undefined) return 0;
  const read = input + cacheRead * cacheReadShare + cacheWrite * cacheWriteShare;
  return (read * price.input + output * price.output) / 1_000_000;
}

/** What the tokens take from the account's quota of tokens a minute once the request has ended. */
export function quotaTokens({ input, output, cacheWrite }: Tokens): number {
  return input + cacheWrite + output * outputWeight;
}

/** The sum of two. */
export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
