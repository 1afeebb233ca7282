import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeBedrock, type FakeRequest, fakeRetrieve, startFakeBedrock } from "@artguard/core/testing";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-knowledge-"));
  await writeFile(join(folder, "varnish.md"), "# Varnish\n\nOld resin turns amber.\n");
  await writeFile(join(folder, "barniz.md"), "# Barniz\n\nLa resina vieja amarillea.\n");
  await writeFile(join(folder, "table.xlsx"), "x");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const own = { PATH: process.env["PATH"] };
const run = (args: readonly string[], env: NodeJS.ProcessEnv = own) => runCli(args, undefined, { cwd: folder, env });

describe("artguard knowledge", () => {
  it("adds documents and names what it refuses", async () => {
    const { stdout, status } = await run(["knowledge", "add", "varnish.md", "table.xlsx", "none.md"]);
    expect(status).toBe(1);
    expect(stdout.split("\n")).toEqual([
      "added     varnish.md",
      "refused   table.xlsx: It is not Markdown (.md), text (.txt) or PDF.",
      expect.stringMatching(/^refused {3}none\.md: It cannot be opened: ENOENT/),
      "",
    ]);
    const spanish = await run(["knowledge", "add", "barniz.md", "--language", "es", "--json"]);
    expect(JSON.parse(spanish.stdout)).toEqual({ path: "barniz.md", status: "added", source: "es/barniz.md" });
  });

  it("lists them", async () => {
    const { stdout, status } = await run(["knowledge", "list"]);
    expect([status, stdout]).toEqual([0, "   1    varnish.md  Varnish\n   1 es es/barniz.md  Barniz\n"]);
  });

  it("finds passages in them and in ArtGuard's own articles", async () => {
    const { stdout } = await run(["knowledge", "search", "old", "resin"]);
    expect(stdout).toMatch(/^\d+\.\d\d {2}varnish\.md {2}Varnish\n {4}Old resin turns amber\.\n/);
    const { stdout: json } = await run(["knowledge", "search", "capturas de WhatsApp", "--limit", "1", "--json"], {
      ...own,
      ARTGUARD_LANGUAGE: "es",
    });
    expect(JSON.parse(json)).toMatchObject({
      source: "artguard:re-encoding",
      title: expect.stringContaining("mensajería"),
    });
    expect((await run(["knowledge", "search", "zzzz"])).stdout).toBe("no passage was found\n");
  });

  it("says how it is used", async () => {
    for (const [args, message] of [
      [["knowledge"], "takes add, search, list or sync"],
      [["knowledge", "add"], "Markdown, text or PDF"],
      [["knowledge", "search"], "a question"],
      [["knowledge", "search", "x", "--language", "fr"], "--language takes en, es"],
      [["knowledge", "search", "x", "--aws"], "ARTGUARD_KNOWLEDGE_BASE_ID"],
      [["knowledge", "sync"], "needs --aws"],
    ] as const) {
      const { status, stderr } = await run(args);
      expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it("names a typed error", async () => {
    const { status, stderr } = await run(["knowledge", "search", "x", "--limit", "1000"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("knowledge.invalid-option")]);
  });
});

describe("with a knowledge base on (a fake) Bedrock", () => {
  let bedrock: FakeBedrock;
  let env: NodeJS.ProcessEnv;
  const ingestions: FakeRequest[] = [];
  beforeAll(async () => {
    const retrieve = await fakeRetrieve([
      { uri: "s3://b/documents/varnish.md", text: "A copied region of old resin." },
    ]);
    const ingest = {
      method: "PUT",
      path: /^\/knowledgebases\/ABCDEFGHIJ\/datasources\/SOURCE7890\/ingestionjobs\/$/,
      reply: (request: FakeRequest) => {
        ingestions.push(request);
        return { status: 202, chunks: [Buffer.from('{"ingestionJob":{"ingestionJobId":"JOB4567890"}}')] };
      },
    };
    bedrock = await startFakeBedrock({ script: [], routes: [retrieve, ingest] });
    env = {
      ...own,
      ...{ AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "secret" },
      ...{ ARTGUARD_BEDROCK_ENDPOINT: bedrock.url, ARTGUARD_KNOWLEDGE_BASE_ID: "ABCDEFGHIJ" },
    };
  });
  afterAll(() => bedrock[Symbol.asyncDispose]());

  it("search asks it, and without --aws the folder", async () => {
    const { stdout, status } = await run(["knowledge", "search", "resin", "--aws"], env);
    expect([status, stdout]).toEqual([0, expect.stringContaining("s3://b/documents/varnish.md")]);
    expect((await run(["knowledge", "search", "resin"], env)).stdout).not.toContain("s3://");
  });

  it("doctor --live asks it, and doctor does not", async () => {
    const live = await run(["doctor", "--live"], env);
    expect([live.status, live.stdout]).toEqual([
      0,
      expect.stringMatching(/^ok +knowledge base bedrock, search: answers; .*varnish\.md$/m),
    ]);
    const asked = bedrock.requests.length;
    expect((await run(["doctor"], env)).stdout).not.toContain("knowledge base");
    expect(bedrock.requests.length).toBe(asked);
    const broken = await run(["doctor", "--live"], { ...env, ARTGUARD_BEDROCK_ENDPOINT: "http://127.0.0.1:9" });
    expect([broken.status, broken.stdout]).toEqual([
      1,
      expect.stringMatching(/^problem knowledge base bedrock, search/m),
    ]);
  });

  describe.skipIf(!canRunMoto())("and a bucket on moto", () => {
    let moto: Awaited<ReturnType<typeof startMoto>>;
    let s3: S3Client;
    const Bucket = "artguard-knowledge-base-dev";
    beforeAll(async () => {
      moto = await startMoto();
      s3 = new S3Client({ ...moto.clientConfig, region: "ca-central-1" });
      const place = { CreateBucketConfiguration: { LocationConstraint: "ca-central-1" } } as const;
      await s3.send(new CreateBucketCommand({ Bucket, ...place }));
      env = { ...env, ARTGUARD_S3_ENDPOINT: moto.endpoint };
    }, 600_000);
    afterAll(async () => {
      s3.destroy();
      await moto[Symbol.asyncDispose]();
    });
    const keys = async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key).sort();

    it("sync uploads what changed and says that an ingestion job is to be started", async () => {
      const first = await run(["knowledge", "sync", "--aws"], env);
      expect([first.status, first.stdout]).toEqual([
        0,
        expect.stringMatching(
          /^uploaded .*2 uploaded, 0 unchanged, 0 deleted, 0 extra, 0 refused\nstart an ingestion job/s,
        ),
      ]);
      expect(await keys()).toEqual(["documents/es/barniz.md", "documents/varnish.md"]);
      const second = await run(["knowledge", "sync", "--aws"], env);
      expect(second.stdout).toMatch(/0 uploaded, 2 unchanged, 0 deleted, 0 extra, 0 refused\n$/);
      expect(ingestions).toHaveLength(0);
    });

    it("sync --delete removes what is gone, and starts the job where the data source is named", async () => {
      await rm(join(folder, ".artguard", "knowledge", "es"), { recursive: true });
      const source = { ...env, ARTGUARD_KNOWLEDGE_BASE_DATA_SOURCE: "SOURCE7890" };
      const kept = await run(["knowledge", "sync", "--aws"], source);
      expect(kept.stdout).toMatch(/^extra +es\/barniz\.md$/m);
      const { stdout, stderr, status } = await run(["knowledge", "sync", "--aws", "--delete", "--json"], source);
      expect([status, stderr]).toEqual([0, expect.stringContaining("ingestion job JOB4567890 was started")]);
      expect(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ).toEqual([
        { source: "varnish.md", status: "unchanged" },
        { source: "es/barniz.md", status: "deleted" },
      ]);
      expect(await keys()).toEqual(["documents/varnish.md"]);
      expect(ingestions).toHaveLength(1);
    });

    it("sync names a bucket that is not there", async () => {
      await writeFile(join(folder, ".artguard", "knowledge", "new.txt"), "new");
      const missing = { ...env, ARTGUARD_KNOWLEDGE_BASE_BUCKET: "artguard-none" };
      const { status, stderr } = await run(["knowledge", "sync", "--aws"], missing);
      expect([status, stderr]).toEqual([1, expect.stringContaining("storage.bucket-missing")]);
    });
  });
});
