import { readFileSync } from "node:fs";
import { bedrockKnowledgeBase } from "@artguard/core/bedrock";
import {
  type FakeBedrock,
  type FakeReply,
  type FakeRetrieve,
  type FakeRetrieveDocument,
  failingRetrieve,
  fakeRetrieve,
  knowledgeBaseContract,
  startFakeBedrock,
} from "@artguard/core/testing";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { retrieveFailures } from "../../src/bedrock/retrieve-failures.ts";
import { printedWithout } from "../printed-without.ts";

const knowledgeBaseId = "ABCDEFGHIJ";
const servers: FakeBedrock[] = [];
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

async function start(documents: readonly FakeRetrieveDocument[] = []) {
  const fake = await fakeRetrieve(documents);
  const server = await startFakeBedrock({ script: [], routes: [fake] });
  servers.push(server);
  return { fake, server };
}

knowledgeBaseContract({ describe, it }, "Bedrock, on the fake", {
  create: async (documents) => {
    const files = Object.entries(documents).map(([name, text]) => ({ uri: `s3://documents/${name}`, text }));
    const { server } = await start(files);
    return bedrockKnowledgeBase({ knowledgeBaseId, clientConfig: server.clientConfig });
  },
});

/** HTTP statuses of the service's exceptions; those before it have that of a refusal. */
const statuses: Readonly<Record<string, number>> = {
  ThrottlingException: 429,
  InternalServerException: 500,
  BadGatewayException: 502,
  DependencyFailedException: 424,
  ConflictException: 409,
  ValidationException: 400,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
};

let server: FakeBedrock;
let fake: FakeRetrieve;
beforeEach(async () => {
  ({ server, fake } = await start([{ uri: "s3://documents/a.md", text: "The grain of cameras." }]));
});

const open = (options: Partial<Parameters<typeof bedrockKnowledgeBase>[0]> = {}) =>
  bedrockKnowledgeBase({ knowledgeBaseId, clientConfig: server.clientConfig, ...options });

const json = (body: unknown): FakeReply => ({
  status: 200,
  chunks: [Buffer.from(typeof body === "string" ? body : JSON.stringify(body))],
});
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe("every exception of Retrieve", () => {
  const rows = Object.entries(retrieveFailures).filter(([name]) => name !== "CredentialsProviderError");

  it.each(rows)("%s gets its code, and is repeated or not as the table says", async (name, { code, repeated, fix }) => {
    fake.replyNext(...times(9, failingRetrieve(name, statuses[name] ?? 403)));
    const error = await open({ timeoutMs: 20_000 })
      .search("grain")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code, details: { bedrock_error: name, attempts: repeated ? 3 : 1 } });
    expect(error.message).toContain(knowledgeBaseId);
    if (fix !== undefined) expect(error.fix).toBe(fix);
    expect(fake.requests).toHaveLength(repeated ? 3 : 1);
  });

  it("is in the documentation as in the table", () => {
    const text = readFileSync(new URL("../../../../docs/knowledge.md", import.meta.url), "utf8");
    const documented = [...text.matchAll(/^\| `(\w+)` \| `(knowledge\.[a-z-]+)` \| (yes|no) \|$/gm)];
    expect(documented.map(([, name, code, repeated]) => [name, code, repeated === "yes"])).toEqual(
      Object.entries(retrieveFailures).map(([name, { code, repeated }]) => [name, code, repeated]),
    );
  });

  it("is survived when it passes", async () => {
    fake.replyNext(...times(2, failingRetrieve("ThrottlingException", 429)));
    expect(await open({ timeoutMs: 20_000 }).search("grain")).toHaveLength(1);
    expect(fake.requests).toHaveLength(3);
  });

  it("that nobody knows is typed as well", async () => {
    fake.replyNext(failingRetrieve("TeapotException", 418));
    await expect(open().search("grain")).rejects.toMatchObject({ code: "knowledge.unavailable" });
  });

  it("comes before any request when there are no credentials", async () => {
    const credentials = () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" }));
    const knowledge = open({ clientConfig: { ...server.clientConfig, credentials } });
    await expect(knowledge.search("grain")).rejects.toMatchObject({ code: "knowledge.access-denied" });
    expect(server.requests).toHaveLength(0);
  });
});

const silence: FakeReply = { end: "hang", faults: ["silence"] };
const reset: FakeReply = { end: "reset", faults: ["reset"] };

describe("a broken connection", () => {
  it("that stays silent ends at the deadline", async () => {
    fake.replyNext(...times(9, silence));
    await expect(open({ timeoutMs: 1_500 }).search("grain")).rejects.toMatchObject({ code: "knowledge.timed-out" });
    expect(fake.requests).toHaveLength(1);
  });

  it("that stays silent ends when the caller's signal fires, with the caller's reason", async () => {
    fake.replyNext(...times(9, silence));
    const stopping = new AbortController();
    const search = open().search("grain", { signal: stopping.signal });
    const reason = new Error("no longer wanted");
    search.catch(() => undefined);
    while (fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stopping.abort(reason);
    await expect(search).rejects.toBe(reason);
    expect(fake.requests).toHaveLength(1);
  });

  it("that is reset is tried again, and typed when it stays so", async () => {
    fake.replyNext(reset);
    expect(await open().search("grain")).toHaveLength(1);
    expect(fake.requests).toHaveLength(2);
    fake.replyNext(...times(9, reset));
    await expect(open().search("grain")).rejects.toMatchObject({ code: "knowledge.unavailable" });
  });

  it("is not there", async () => {
    const clientConfig = { ...server.clientConfig, endpoint: "http://127.0.0.1:9" };
    await expect(open({ clientConfig }).search("grain")).rejects.toMatchObject({ code: "knowledge.unavailable" });
  });
});

describe("an answer of Retrieve", () => {
  it.each([
    ["no JSON", "<html>"],
    ["cut off", '{"retrievalResults": [{"content": {"te'],
    ["without a list", {}],
    ["with something else in place of the list", { retrievalResults: "none" }],
  ])("that is %s is refused", async (_, body) => {
    fake.replyNext(json(body));
    const error = await open()
      .search("grain")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: "knowledge.invalid-answer" });
  });

  it("may lack score, location and text", async () => {
    const content = { type: "TEXT", text: "Something" };
    fake.replyNext(
      json({
        retrievalResults: [
          { content },
          {
            content: { type: "IMAGE", byteContent: "AAAA" },
            location: { type: "S3", s3Location: { uri: "s3://b/i.png" } },
          },
          { content: { type: "TEXT", text: "  " } },
          { content, location: { type: "WEB", webLocation: { url: "https://example.org/a" } }, score: 0.5 },
          {
            content,
            location: { type: "CUSTOM", customDocumentLocation: { id: "doc-1" } },
            metadata: { title: "Title" },
          },
          { content, location: { type: "S3", s3Location: {} } },
        ],
      }),
    );
    expect(await open().search("grain", { limit: 9 })).toEqual([
      { text: "Something", source: "bedrock:ABCDEFGHIJ" },
      { text: "Something", source: "https://example.org/a", score: 0.5 },
      { text: "Something", source: "doc-1", title: "Title" },
      { text: "Something", source: "bedrock:ABCDEFGHIJ" },
    ]);
  });

  it("with more passages, or longer ones, than asked for is cut", async () => {
    const result = { content: { type: "TEXT", text: "🙂".repeat(5_000) } };
    fake.replyNext(json({ retrievalResults: Array.from({ length: 50 }, () => result) }));
    const passages = await open().search("grain", { limit: 2 });
    expect(passages).toHaveLength(2);
    expect(passages[0]?.text).toMatch(/^(🙂|\ufffd)+…$/u);
    expect(passages[0]?.text.length).toBeLessThanOrEqual(2_000);
  });
});

describe("a request to Retrieve", () => {
  const sent = () => fake.requests[0]?.body;

  it("asks for the number of passages, and for nothing that documents may lack", async () => {
    await open().search("grain", { limit: 7, language: "es" });
    expect(fake.requests[0]?.path).toBe("/knowledgebases/ABCDEFGHIJ/retrieve");
    expect(sent()).toEqual({
      retrievalQuery: { text: "grain" },
      retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 7 } },
    });
  });

  it("searches in the way that was chosen", async () => {
    await open({ searchType: "HYBRID" }).search("grain");
    const vectorSearchConfiguration = { numberOfResults: 5, overrideSearchType: "HYBRID" };
    expect(sent()).toMatchObject({ retrievalConfiguration: { vectorSearchConfiguration } });
  });

  it("stays below 1000 characters, whole words and whole characters", async () => {
    for (const query of ["grain ".repeat(500), `x${"🙂".repeat(800)}`]) {
      await open().search(query);
      const { text } = Object(fake.requests.at(-1)?.body).retrievalQuery;
      expect(text.length).toBeLessThan(1000);
      expect(text.length).toBeGreaterThan(900);
      expect(text).toMatch(/^(grain( grain)*|x🙂+\ufffd?)$/u);
    }
  });

  it("needs the SDK, and names it when it is not installed", () => {
    const program = `
      const { bedrockKnowledgeBase } = await import("@artguard/core/bedrock");
      const knowledge = bedrockKnowledgeBase({ knowledgeBaseId: "ABCDEFGHIJ", region: "ca-central-1" });
      console.log(JSON.stringify(await knowledge.search("grain").catch((error) => error)));
    `;
    expect(JSON.parse(printedWithout("@aws-sdk/client-bedrock-agent-runtime", program))).toMatchObject({
      code: "knowledge.invalid-option",
      fix: "Install @aws-sdk/client-bedrock-agent-runtime beside ArtGuard.",
    });
  });

  it("is not made for an id that is none", () => {
    for (const id of ["", "short", "ABCDEFGHI/", "../secrets"])
      expect(() => bedrockKnowledgeBase({ knowledgeBaseId: id })).toThrow(
        expect.objectContaining({ code: "knowledge.invalid-option" }),
      );
  });

  it.each([0, -1, Number.NaN, 2 ** 31])("refuses %s ms for a search", (timeoutMs) => {
    expect(() => bedrockKnowledgeBase({ knowledgeBaseId: "ABCDEFGHIJ", timeoutMs })).toThrow(
      expect.objectContaining({ code: "knowledge.invalid-option" }),
    );
  });
});
