import type { ModelName } from "./model-name.ts";
import type { StructuredMode } from "./structured-output.ts";

/** How large a picture a model sees: 1,568 px and 1,568 tokens, or 2,576 px and 4,784 tokens. */
export type PictureTier = "standard" | "high-resolution";

/** US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

/** What a model can do and costs. */
export interface ModelCapabilities {
  readonly tier: PictureTier;
  /** Ways to get the answer in its form, the surest first; the last is always `instruction`. */
  readonly structured: readonly StructuredMode[];
  /** Whether tools may be `strict`. */
  readonly strictTools: boolean;
  /** Whether it reasons before each answer, which its `maxTokens` pay for. */
  readonly alwaysReasons: boolean;
  /** Shorter prompts are not cached. */
  readonly cacheMinimumTokens: number;
  /** Unknown when absent: costs are then 0 and not `priced`. */
  readonly price?: ModelPrice;
}

/** What may be assumed of a model nobody knows: nothing. */
const unknownModel: ModelCapabilities = {
  tier: "standard",
  structured: ["instruction"],
  strictTools: false,
  alwaysReasons: false,
  // The largest minimum of any model: a cache point below a model's own minimum is silently useless.
  cacheMinimumTokens: 4096,
};

const native: readonly StructuredMode[] = ["native", "forced-tool", "tool", "instruction"];
/** Native structured output is listed as unreliable, or not at all. */
const byForcedTool: readonly StructuredMode[] = ["forced-tool", "tool", "instruction"];
const byTool: readonly StructuredMode[] = ["tool", "instruction"];
const [haiku, sonnet, opus] = [
  { input: 1, output: 5 },
  { input: 3, output: 15 },
  { input: 5, output: 25 },
] as const;

/**
 * The known models. Capabilities as the AI SDK's Bedrock provider 5.0.101 rates them; tiers as Anthropic documents them
 * (high resolution from Opus 4.7 and Sonnet 5 on); prices are list prices of the 4.x models, those of later ones were
 * not verified and are left out.
 */
const models: Readonly<Record<string, Partial<ModelCapabilities>>> = {
  "anthropic.claude-fable-5": { structured: byForcedTool, alwaysReasons: true },
  "anthropic.claude-fable-5-1": { structured: byTool, alwaysReasons: true },
  "anthropic.claude-haiku-4-5": { structured: native, strictTools: true, price: haiku },
  "anthropic.claude-haiku-5-5": { structured: byForcedTool },
  "anthropic.claude-opus-4-5": { structured: native, strictTools: true, price: opus },
  "anthropic.claude-opus-4-6": { structured: native, strictTools: true, price: opus },
  "anthropic.claude-opus-4-7": { tier: "high-resolution", structured: byForcedTool, price: opus },
  "anthropic.claude-opus-4-8": { tier: "high-resolution", structured: byForcedTool, price: opus },
  "anthropic.claude-opus-5": { tier: "high-resolution", structured: byForcedTool },
  "anthropic.claude-opus-5-5": { tier: "high-resolution", structured: byTool, alwaysReasons: true },
  "anthropic.claude-sonnet-4-5": { structured: native, strictTools: true, price: sonnet },
  "anthropic.claude-sonnet-4-6": { structured: byForcedTool, strictTools: true, price: sonnet },
  "anthropic.claude-sonnet-5": { tier: "high-resolution", structured: byForcedTool },
  "anthropic.claude-sonnet-5-5": { tier: "high-resolution", structured: byTool, alwaysReasons: true },
};

/** What is known of a model, with the caller's word above ours. */
export function capabilitiesOf(name: ModelName, override: Partial<ModelCapabilities> = {}): ModelCapabilities {
  const known = name.model !== undefined && Object.hasOwn(models, name.model) ? models[name.model] : {};
  return { ...unknownModel, ...known, ...override };
}
