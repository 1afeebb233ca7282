import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type FakeBedrockOptions,
  type FakeModalOptions,
  fakeRetrieve,
  startFakeBedrock,
  startFakeModal,
} from "@artguard/core/testing";
import { afterAll, onTestFinished } from "vitest";
import { type Run, runCli } from "./run-cli.ts";

/** Names and values of environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** A picture with a pasted part, and detectors that see it and are quick. */
export const image = fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url));
export const quick = ["--detectors", "provenance,double-quantization"];

/** What a vision model and a remote detector answer when all is well. */
export const answer = {
  sentences: [{ text: "A part was pasted in.", cites: ["double-quantization"] }],
  findings: [],
  likelihood: 0.9,
  instruction: "",
};
export const score = { status: "ok", score: 0.8, model: "demo", version: "3" };

/** A folder until the tests of a file are over, and a way to run commands in it that no variable of this machine disturbs. */
export async function cloudFolder() {
  const folder = await mkdtemp(join(tmpdir(), "artguard-cloud-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ARTGUARD_") && !name.startsWith("AWS_"));
  const run = (settings: Settings, ...args: string[]): Promise<Run> =>
    runCli(args, undefined, { cwd: folder, env: { ...Object.fromEntries(own), ...settings } });
  return { folder, run };
}

/** A fake of Bedrock until the test is over, with a knowledge base, and the settings that name them. */
export async function fakeBedrock(script: FakeBedrockOptions["script"]) {
  const retrieve = await fakeRetrieve([
    {
      uri: "s3://documents/seams.md",
      text: "Double quantization shows seams: one region lacks an earlier compression.",
    },
  ]);
  const fake = await startFakeBedrock({ script, routes: [retrieve] });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  const place = {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    ARTGUARD_BEDROCK_ENDPOINT: fake.clientConfig.endpoint,
  };
  const settings = { ...place, ARTGUARD_BEDROCK_MODEL: "eu.anthropic.claude-sonnet-4-6", ARTGUARD_RESIDENCY: "eu" };
  const knowledge = { ...place, ARTGUARD_KNOWLEDGE_BASE_ID: "ABCDEFGHIJ" };
  return { fake, retrieve, settings, knowledge };
}

/** A fake of Modal until the test is over, and the settings that name it. */
export async function fakeModal(script: FakeModalOptions["script"]) {
  const fake = await startFakeModal({ script });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  const { key, secret } = fake.credentials;
  const settings = { ARTGUARD_MODAL_ENDPOINT: fake.endpoint, ARTGUARD_MODAL_KEY: key, ARTGUARD_MODAL_SECRET: secret };
  return { fake, settings };
}
