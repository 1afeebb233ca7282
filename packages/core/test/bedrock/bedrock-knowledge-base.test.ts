import { bedrockKnowledgeBase } from "@artguard/core/bedrock";
import { type FakeRetrieveResponse, knowledgeBaseContract } from "@artguard/core/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { retrieveFailures } from "../../src/bedrock/retrieve-failures.ts";
import { type RetrieveServer, startRetrieve } from "./retrieve-server.ts";

const knowledgeBaseId = "ABCDEFGHIJ";
const servers: RetrieveServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

knowledgeBaseContract({ describe, it }, "Bedrock, on the fake", {
  create: async (documents) => {
    const files = Object.entries(documents).map(([name, text]) => ({ uri: `s3://documents/${name}`, text }));
    const server = await startRetrieve(files);
    servers.push(server);
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

let server: RetrieveServer;
beforeEach(async () => {
  server = await startRetrieve([{ uri: "s3://documents/a.md", text: "The grain of cameras." }]);
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (options: Partial<Parameters<typeof bedrockKnowledgeBase>[0]> = {}) =>
  bedrockKnowledgeBase({ knowledgeBaseId, clientConfig: server.clientConfig, ...options });

const json = (body: unknown): FakeRetrieveResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("every exception of Retrieve", () => {
  const rows = Object.entries(retrieveFailures).filter(([name]) => name !== "CredentialsProviderError");

  it.each(rows)("%s gets its code, and is repeated or not as the table says", async (name, { code, repeated, fix }) => {
    server.fake.failNext(name, statuses[name] ?? 403, 9);
    const error = await open({ timeoutMs: 20_000 })
      .search("grain")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code, details: { bedrock_error: name, attempts: repeated ? 3 : 1 } });
    expect(error.message).toContain(knowledgeBaseId);
    if (fix !== undefined) expect(error.fix).toBe(fix);
    expect(server.fake.requests).toHaveLength(repeated ? 3 : 1);
  });

  it("is survived when it passes", async () => {
    server.fake.failNext("ThrottlingException", 429, 2);
    expect(await open({ timeoutMs: 20_000 }).search("grain")).toHaveLength(1);
    expect(server.fake.requests).toHaveLength(3);
  });

  it("that nobody knows is typed as well", async () => {
    server.fake.failNext("TeapotException", 418);
    await expect(open().search("grain")).rejects.toMatchObject({ code: "knowledge.unavailable" });
  });

  it("comes before any request when there are no credentials", async () => {
    const credentials = () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" }));
    const knowledge = open({ clientConfig: { ...server.clientConfig, credentials } });
    await expect(knowledge.search("grain")).rejects.toMatchObject({ code: "knowledge.access-denied" });
    expect(server.received).toBe(0);
  });
});

describe("a broken connection", () => {
  it("that stays silent ends at the deadline", async () => {
    server.breakNext("silence", 9);
    await expect(open({ timeoutMs: 150 }).search("grain")).rejects.toMatchObject({ code: "knowledge.timed-out" });
    expect(server.received).toBe(1);
  });

  it("that stays silent ends when the caller's signal fires, with the caller's reason", async () => {
    server.breakNext("silence", 9);
    const stopping = new AbortController();
    const search = open().search("grain", { signal: stopping.signal });
    const reason = new Error("no longer wanted");
    setTimeout(() => stopping.abort(reason), 50);
    await expect(search).rejects.toBe(reason);
    expect(server.received).toBe(1);
  });

  it("that is reset is tried again, and typed when it stays so", async () => {
    server.breakNext("reset", 1);
    expect(await open().search("grain")).toHaveLength(1);
    expect(server.received).toBe(2);
    server.breakNext("reset", 9);
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
    server.fake.answerNext(json(body));
    const error = await open()
      .search("grain")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: "knowledge.invalid-answer" });
  });

  it("may lack score, location and text", async () => {
    const content = { type: "TEXT", text: "Something" };
    server.fake.answerNext(
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
    server.fake.answerNext(json({ retrievalResults: Array.from({ length: 50 }, () => result) }));
    const passages = await open().search("grain", { limit: 2 });
    expect(passages).toHaveLength(2);
    expect(passages[0]?.text).toMatch(/^(🙂|\ufffd)+…$/u);
    expect(passages[0]?.text.length).toBeLessThanOrEqual(2_000);
  });
});

describe("a request to Retrieve", () => {
  const sent = () => JSON.parse(server.fake.requests[0]!.body);

  it("asks for the number of passages, and for nothing that documents may lack", async () => {
    await open().search("grain", { limit: 7, language: "es" });
    expect(server.fake.requests[0]?.path).toBe("/knowledgebases/ABCDEFGHIJ/retrieve");
    expect(sent()).toEqual({
      retrievalQuery: { text: "grain" },
      retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 7 } },
    });
  });

  it("searches in the way that was chosen", async () => {
    await open({ searchType: "HYBRID" }).search("grain");
    expect(sent().retrievalConfiguration.vectorSearchConfiguration.overrideSearchType).toBe("HYBRID");
  });

  it("stays below 1000 characters, whole words and whole characters", async () => {
    for (const query of ["grain ".repeat(500), `x${"🙂".repeat(800)}`]) {
      const other = await startRetrieve();
      await open({ clientConfig: other.clientConfig }).search(query);
      const { text } = JSON.parse(other.fake.requests[0]!.body).retrievalQuery;
      expect(text.length).toBeLessThan(1000);
      expect(text.length).toBeGreaterThan(900);
      expect(text).toMatch(/^(grain( grain)*|x🙂+\ufffd?)$/u);
      await other[Symbol.asyncDispose]();
    }
  });

  it("is not made for an id that is none", () => {
    for (const id of ["", "short", "ABCDEFGHI/", "../secrets"])
      expect(() => bedrockKnowledgeBase({ knowledgeBaseId: id })).toThrow(
        expect.objectContaining({ code: "knowledge.invalid-option" }),
      );
  });
});
