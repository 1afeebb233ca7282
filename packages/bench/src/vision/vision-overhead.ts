import type { VisionRequest } from "@artguard/core";
import { bedrock } from "@artguard/core/bedrock";
import { answering, type FakeConverseRequest, startFakeBedrock } from "@artguard/core/testing";
import { BedrockRuntimeClient, ConverseCommand, type ConverseCommandInput } from "@aws-sdk/client-bedrock-runtime";
import sharp from "sharp";

/** Milliseconds of each call. */
export interface VisionTimes {
  readonly ours: readonly number[];
  /** Our call with a copy of the largest size, which it shrinks to the standard tier first. */
  readonly shrinking: readonly number[];
  readonly bare: readonly number[];
  readonly pictureBytes: number;
  readonly bodyBytes: number;
}

/** As large as the standard tier takes it, and as large as a copy gets. */
const [fitting, largest] = [
  { width: 1568, height: 1276 },
  { width: 2048, height: 1536 },
];
const warmUp = 10;
const model = "eu.anthropic.claude-sonnet-4-6";
const region = "eu-central-1";

/** Times our call and the bare one of the same request, in turn, through clients of the same settings. */
export async function timeVision(rounds: number): Promise<VisionTimes> {
  const answer = { sentences: [{ text: "Nothing.", cites: ["R1"] }], findings: [], likelihood: 0.5, instruction: "" };
  const fake = await startFakeBedrock({ script: [answering(answer)] });
  const client = new BedrockRuntimeClient({ ...fake.clientConfig, maxAttempts: 1 });
  const [request, large] = [await requestOf(fitting), await requestOf(largest)];
  const vision = bedrock({ model, region, client });
  const ask = (of: VisionRequest) => vision.explain(of, { signal: AbortSignal.timeout(30_000) });
  await ask(request);
  const first = fake.calls[0];
  if (first === undefined) throw new Error("the fake was not called");
  const same = inputOf(first, request);
  const say = async () => {
    const { output } = await client.send(new ConverseCommand(same));
    return output;
  };
  const [ours, bare, shrinking]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds + warmUp; round++) {
    const runs = [
      async () => ours.push(await timed(() => ask(request))),
      async () => bare.push(await timed(say)),
      async () => shrinking.push(await timed(() => ask(large))),
    ];
    // Who goes first changes, so that neither always finds the machine as the other left it.
    for (const run of round % 2 === 0 ? runs : runs.reverse()) await run();
  }
  client.destroy();
  await fake[Symbol.asyncDispose]();
  const bodyBytes = JSON.stringify(first.body).length;
  const measured = { ours: ours.slice(warmUp), bare: bare.slice(warmUp), shrinking: shrinking.slice(warmUp) };
  return { ...measured, pictureBytes: request.image.bytes.length, bodyBytes };
}

async function requestOf({ width, height }: typeof fitting): Promise<VisionRequest> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  const create = { width, height, channels: 3, background: "#888", noise } as const;
  const bytes = new Uint8Array(await sharp({ create }).blur(2).jpeg({ quality: 90 }).toBuffer());
  const crop = await sharp(bytes).extract({ left: 0, top: 0, width: 256, height: 256 }).jpeg().toBuffer();
  const place = { x: 0, y: 0, width: 256, height: 256, confidence: 0.9 };
  return {
    ...{ requestId: "bench", language: "en", evidence: [], passages: [] },
    image: { bytes, content_type: "image/jpeg", width, height, scale: 1 },
    crops: [{ id: "R1", bytes: new Uint8Array(crop), region: place }],
  };
}

/** What our call sent, as input of the SDK's command. */
function inputOf({ body, modelId }: FakeConverseRequest, { image, crops }: VisionRequest): ConverseCommandInput {
  const pictures = [image.bytes, ...crops.map(({ bytes }) => bytes)];
  const text = body.messages[0]?.content.at(-1)?.text ?? "";
  return {
    modelId,
    system: body.system?.map(({ text: part = "" }) => ({ text: part })),
    messages: [
      {
        role: "user",
        content: [...pictures.map((bytes) => ({ image: { format: "jpeg" as const, source: { bytes } } })), { text }],
      },
    ],
    inferenceConfig: { maxTokens: body.inferenceConfig?.["maxTokens"] },
  };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
