import { ArtGuardError } from "../errors/artguard-error.ts";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import { type BedrockVisionModel, bedrock } from "./bedrock-vision-model.ts";
import type { BedrockOptions } from "./options.ts";

/** See {@link checkBedrock}. */
export type BedrockCheckOptions = BedrockOptions & { readonly signal?: AbortSignal };

/**
 * Whether the model may be called: sends a grey square and lets the model say a few tokens, which costs less than a cent.
 * Names the mode of structured output that the account grants.
 *
 * @example
 * const checks = await checkBedrock({ model: "eu.anthropic.claude-sonnet-4-6", region: "eu-central-1" });
 */
export async function checkBedrock({ signal, ...options }: BedrockCheckOptions): Promise<StoreCheck[]> {
  const subject = `Bedrock ${options.model}`;
  let model: BedrockVisionModel | undefined;
  const place = await checkStore(subject, "region and residency", async () => {
    model = bedrock(options);
    const within = options.residency === undefined ? "no residency is set" : `within "${options.residency}"`;
    return `region ${options.region}, ${within}`;
  });
  if (model === undefined) return [place];
  return [place, ...(await probeChecks(subject, model, signal ?? AbortSignal.timeout(longestProbeMs)))];
}

const longestProbeMs = 60_000;

async function probeChecks(subject: string, model: BedrockVisionModel, signal: AbortSignal): Promise<StoreCheck[]> {
  let mode = "";
  const access = await checkStore(subject, "model access", async () => {
    const { mode: found, usage } = await model.probe(await greySquare(), { signal }).catch(typed);
    mode = found;
    const cost = usage.cost_usd > 0 ? `, ${usage.cost_usd.toFixed(6)} USD` : "";
    return `answered; ${usage.input_tokens} + ${usage.output_tokens} tokens${cost}`;
  });
  if (access.status !== "ok") return [access];
  const structured = mode === "instruction" ? "by an instruction in the prompt only" : `by "${mode}"`;
  return [
    access,
    { subject, what: "structured output", status: "ok", message: `${structured}; every answer is checked` },
  ];
}

/** A deadline that passes is a finding of the check as well. */
function typed(error: unknown): never {
  if (error instanceof DOMException)
    throw new ArtGuardError("bedrock.timed-out", "Bedrock did not answer in time", { cause: error });
  throw error;
}

async function greySquare() {
  const { default: sharp } = await import("sharp");
  const grey = { width: 64, height: 64, channels: 3, background: "#808080" } as const;
  const bytes = new Uint8Array(await sharp({ create: grey }).jpeg().toBuffer());
  return {
    ...{ requestId: "doctor", language: "en" as const, crops: [], evidence: [], passages: [] },
    image: { bytes, content_type: "image/jpeg" as const, width: 64, height: 64, scale: 1 },
  };
}
