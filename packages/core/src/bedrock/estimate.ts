import type { VisionUsage } from "../vision/vision-model.ts";
import type { ResolvedOptions } from "./options.ts";
import { type PictureSize, pictureTokens } from "./picture-tokens.ts";
import { costOf, noTokens, quotaTokens } from "./pricing.ts";

/** What a call costs at most whose prompt has no more text than usual. */
export interface BedrockEstimate extends VisionUsage {
  /** Tokens of the whole picture, once. */
  readonly picture_tokens: number;
  /** What it takes from the account's quota of tokens a minute: output counts five times. */
  readonly quota_tokens: number;
  /** False when the model's price is not known; `cost_usd` is 0 then. */
  readonly priced: boolean;
  /** The first request alone: the usual case. */
  readonly first_request: VisionUsage;
}

/** Three crops of at most 768 px a side. */
const cropsTokens = 3 * 28 * 28;
/** Rules, evidence and passages of a usual prompt, and what the engine adds; very many findings make four times as many. */
const promptTokens = 7_000;
/** The message that asks for a repair, besides the refused answer. */
const repairTokens = 300;

/** The estimate for a picture of this size. */
export function estimateCall(
  picture: PictureSize,
  { capabilities: { tier, price }, maxTokens }: Pick<ResolvedOptions, "capabilities" | "maxTokens">,
): BedrockEstimate {
  const picture_tokens = pictureTokens(picture, tier);
  const first = { ...noTokens, input: picture_tokens + cropsTokens + promptTokens, output: maxTokens };
  const whole = { ...noTokens, input: 2 * first.input + maxTokens + repairTokens, output: 2 * maxTokens };
  const usage = ({ input, output }: typeof first) => ({
    input_tokens: input,
    output_tokens: output,
    cost_usd: costOf({ ...noTokens, input, output }, price),
  });
  return {
    ...usage(whole),
    picture_tokens,
    quota_tokens: quotaTokens(whole),
    priced: price !== undefined,
    first_request: usage(first),
  };
}
