import type { VisionRequest } from "@artguard/core";
import { type BedrockOptions, type BedrockVisionModel, bedrock } from "@artguard/core/bedrock";
import { type FakeBedrock, type FakeBedrockReply, startFakeBedrock, type VisionSubject } from "@artguard/core/testing";
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import sharp from "sharp";
import { visionRequest } from "../vision/vision-request.ts";

/** A model that may do everything, by its profile in the European Union. */
export const model = "eu.anthropic.claude-haiku-4-5-20251001-v1:0";
export const region = "eu-central-1";

/** A grey JPEG. */
export async function greyJpeg(width: number, height: number): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: "#888" } })
      .jpeg()
      .toBuffer(),
  );
}

/** A JPEG of noise, which no compression makes small. */
export async function noisyJpeg(width: number, height: number): Promise<Uint8Array> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = { width, height, channels: 3, background: "#888", noise } as const;
  return new Uint8Array(await sharp({ create }).jpeg({ quality: 100 }).toBuffer());
}

/** A request with a picture of this size and one crop. */
export async function realRequest(
  width = 400,
  height = 300,
  more: Partial<VisionRequest> = {},
): Promise<VisionRequest> {
  const region = { x: 100, y: 50, width: 40, height: 30, confidence: 0.9 };
  return visionRequest({
    image: { bytes: await greyJpeg(width, height), content_type: "image/jpeg", width, height, scale: 2 },
    crops: [{ id: "R1", bytes: await greyJpeg(80, 60), region }],
    ...more,
  });
}

/** A model on a fake that answers from a script. */
export interface BedrockSubject extends VisionSubject {
  readonly model: BedrockVisionModel;
  readonly fake: FakeBedrock;
}

/** @param options Pauses take no time unless they say otherwise. */
export async function subject(
  script: readonly FakeBedrockReply[],
  options: Partial<BedrockOptions> = {},
): Promise<BedrockSubject> {
  const fake = await startFakeBedrock({ script });
  const client = new BedrockRuntimeClient(fake.clientConfig);
  const settings = { client, random: () => 0 };
  return {
    model: bedrock({ model, region, ...settings, ...options }),
    fake,
    calls: () => fake.calls.length,
    faults: () => fake.faults.length,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Asks and waits. */
export async function ask({ model }: BedrockSubject, request?: VisionRequest) {
  return await model.explain(request ?? (await realRequest()), { signal: AbortSignal.timeout(20_000) });
}
