import { startIngestion } from "@artguard/core/bedrock";
import {
  type FakeBedrock,
  type FakeReply,
  type FakeRequest,
  failingRetrieve,
  startFakeBedrock,
} from "@artguard/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const requests: FakeRequest[] = [];
const planned: FakeReply[] = [];
let server: FakeBedrock;
beforeAll(async () => {
  const reply = (request: FakeRequest): FakeReply => {
    requests.push(request);
    const job = { ingestionJob: { ingestionJobId: "JOB4567890", status: "STARTING" } };
    return planned.shift() ?? { status: 202, chunks: [Buffer.from(JSON.stringify(job))] };
  };
  const path = /^\/knowledgebases\/ABCDEFGHIJ\/datasources\/SOURCE7890\/ingestionjobs\/$/;
  server = await startFakeBedrock({ script: [], routes: [{ method: "PUT", path, reply }] });
});
afterAll(() => server[Symbol.asyncDispose]());

const start = () => {
  const { region, ...clientConfig } = server.clientConfig;
  return startIngestion({ knowledgeBaseId: "ABCDEFGHIJ", dataSourceId: "SOURCE7890", region, clientConfig });
};

describe("startIngestion", () => {
  it("starts one job and tells its id", async () => {
    expect(await start()).toBe("JOB4567890");
    expect(requests.splice(0)).toHaveLength(1);
  });

  it("starts the same job when its first request was refused for the moment", async () => {
    planned.push(failingRetrieve("ThrottlingException", 429));
    expect(await start()).toBe("JOB4567890");
    const tokens = requests.splice(0).map(({ body }) => Object(body).clientToken);
    expect(tokens).toEqual([expect.stringMatching(/^[\w-]{33,}$/), tokens[0]]);
  });

  it("says that another job runs, and that an answer is none", async () => {
    planned.push(failingRetrieve("ConflictException", 409));
    await expect(start()).rejects.toMatchObject({ code: "knowledge.not-ready", retryable: true });
    planned.push({ status: 202, chunks: [Buffer.from("{}")] });
    await expect(start()).rejects.toMatchObject({ code: "knowledge.invalid-answer" });
    expect(requests.splice(0)).toHaveLength(2);
  });
});
