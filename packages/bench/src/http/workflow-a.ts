import type { CompletedAnalysis, Stage } from "@artguard/core";
import { answering, delaying, startFakeBedrock } from "@artguard/core/testing";
import sharp from "sharp";
import { upload } from "./overload.ts";
import { type BenchServer, startBenchServer } from "./start-bench-server.ts";

/** Milliseconds of uploads, and of the stages in them. */
export interface WorkflowTimes {
  readonly total: readonly number[];
  /** By the name of the stage; stages overlap. */
  readonly stages: ReadonlyMap<string, readonly number[]>;
  /** How often the model was asked. */
  readonly calls: number;
}

/** The model's own time, as the issue has it. */
const modelMs = 1500;
const model = "eu.anthropic.claude-sonnet-4-6";
/** Two megapixels. */
const [width, height] = [1632, 1224];

/** Uploads a new picture of 2 MP over and over, one after another: local detectors and a model that takes its time. */
export async function timeWorkflowA(rounds: number): Promise<WorkflowTimes> {
  const answer = {
    sentences: [{ text: "Nothing was found.", cites: ["double-quantization"] }],
    findings: [],
    likelihood: 0.3,
    instruction: "",
  };
  const fake = await startFakeBedrock({ script: [delaying(answering(answer), modelMs)] });
  const { region, credentials, endpoint } = fake.clientConfig;
  const server = await startBenchServer("cloud", {
    ARTGUARD_HTTP_CLOUD: "true",
    ARTGUARD_BEDROCK_MODEL: model,
    ARTGUARD_BEDROCK_ENDPOINT: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  try {
    // The first one loads detectors and their child processes.
    await analyse(server, -1);
    const analysed: Analysed[] = [];
    for (let round = 0; round < rounds; round++) analysed.push(await analyse(server, round));
    const stages = Map.groupBy(
      analysed.flatMap((analysis) => analysis.stages),
      ({ stage }) => stage,
    );
    return {
      total: analysed.map(({ elapsed }) => elapsed),
      stages: new Map([...stages].map(([name, all]) => [name, all.map(({ elapsed_ms }) => elapsed_ms)])),
      calls: fake.calls.length,
    };
  } finally {
    await server.stop();
    await fake[Symbol.asyncDispose]();
  }
}

interface Analysed {
  readonly elapsed: number;
  readonly stages: readonly Stage[];
}

async function analyse(server: BenchServer, round: number): Promise<Analysed> {
  const picture = await photograph(round);
  const start = performance.now();
  const response = await upload(server, picture);
  const { explanation, stages = [] } = (await response.json()) as Partial<CompletedAnalysis>;
  const elapsed = performance.now() - start;
  if (explanation?.author !== model)
    throw new Error(`the model explained nothing (${response.status}): ${JSON.stringify(explanation?.warnings)}`);
  return { elapsed, stages };
}

/** A picture with edges, gradients and grain, each time another one. */
async function photograph(seed: number): Promise<Uint8Array> {
  const noise = { type: "gaussian", mean: 128, sigma: 14 } as const;
  const shape = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" y2="1">
    <stop stop-color="hsl(${(seed * 37 + 200) % 360} 50% 70%)"/><stop offset="1" stop-color="hsl(${(seed * 91 + 40) % 360} 40% 30%)"/>
    </linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>
    <circle cx="${400 + 40 * seed}" cy="500" r="180" fill="#b53"/><path d="M0 ${height} L600 700 L1100 ${height}" fill="#354"/></svg>`;
  const grain = await sharp({ create: { width, height, channels: 3, background: "#808080", noise } })
    .png()
    .toBuffer();
  const bytes = await sharp(Buffer.from(shape))
    .composite([{ input: grain, blend: "soft-light" }])
    .flatten()
    .jpeg({ quality: 90 })
    .toBuffer();
  return new Uint8Array(bytes);
}
