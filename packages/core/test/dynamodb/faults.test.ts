import {
  type ArtGuardError,
  cancellationReasons,
  defineTable,
  isArtGuardError,
  putAction,
  type Table,
  updateAction,
} from "@artguard/core";
import { type DynamoDBTableStore, type DynamoDBTableStoreOptions, dynamodb } from "@artguard/core/dynamodb";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cursorKey } from "./local-tables.ts";
import { type Answer, type ScriptedDynamoDB, startScriptedDynamoDB } from "./scripted-dynamodb.ts";

const schema = z.object({ id: z.string(), count: z.number().optional(), text: z.string().optional() });
type Item = z.infer<typeof schema>;
const definition = defineTable<Item>({ name: "items", key: { partition: "id" }, indexes: {}, schema });

const throttled: Answer = { error: "ThrottlingException", message: "slow down" };
const broken: Answer = { error: "InternalServerError", status: 500, message: "oops" };
const done: Answer = { output: {} };
const conditionFailed: Answer = { error: "ConditionalCheckFailedException", message: "The conditional request failed" };
const tooLarge: Answer = {
  error: "ValidationException",
  message: "Item size to update has exceeded the maximum allowed size",
};

interface Under {
  readonly server: ScriptedDynamoDB;
  readonly store: DynamoDBTableStore;
  readonly table: Table<Item>;
}

/** Runs a test on a store whose server answers from a script. */
async function withScript(
  script: Answer[],
  test: (under: Under) => Promise<void>,
  options: Partial<DynamoDBTableStoreOptions> = {},
): Promise<void> {
  await using server = await startScriptedDynamoDB(...script);
  await using store = dynamodb({ clientConfig: server.clientConfig, cursorKey, maxAttempts: 4, ...options });
  await test({ server, store, table: await store.open(definition) });
}

async function failureOf(action: Promise<unknown>): Promise<ArtGuardError> {
  const error: unknown = await action.then(
    () => expect.fail("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (!isArtGuardError(error)) throw error;
  expect(error.fix).not.toBe("");
  return error;
}

describe("a busy DynamoDB", () => {
  it("is asked again until it answers, and once per attempt", () =>
    withScript([throttled, throttled, done], async ({ server, table }) => {
      await table.put({ id: "a" });
      expect(server.requests.map(({ operation }) => operation)).toEqual(["PutItem", "PutItem", "PutItem"]);
    }));

  it("is asked no more than maxAttempts times, also through a client with retries of its own", async () => {
    await using server = await startScriptedDynamoDB(throttled);
    const client = new DynamoDBClient({ ...server.clientConfig, maxAttempts: 2 });
    const table = await dynamodb({ client, cursorKey, maxAttempts: 3 }).open(definition);
    const failure = await failureOf(table.get({ id: "a" }));
    expect(failure).toMatchObject({ code: "storage.throttled", retryable: true });
    expect(failure.details).toMatchObject({ attempts: 3, reason: "ThrottlingException" });
    expect(server.requests).toHaveLength(3);
    await expect(client.send(new ListTablesCommand())).rejects.toThrow("slow down");
    expect(server.requests, "the client's own calls keep their retries").toHaveLength(5);
    client.destroy();
  });

  it.each(["ProvisionedThroughputExceededException", "RequestLimitExceeded", "TransactionInProgressException"])(
    "says so by %s",
    (error) =>
      withScript([{ error }], async ({ server, table }) => {
        expect(await failureOf(table.get({ id: "a" }))).toMatchObject({ code: "storage.throttled", retryable: true });
        expect(server.requests).toHaveLength(4);
      }),
  );
});

describe("a failing DynamoDB", () => {
  it.each<[string, Answer]>([
    ["an error of its own", broken],
    ["a connection that breaks", "hang up"],
  ])("with %s is asked again, and is storage.unavailable in the end", (_, answer) =>
    withScript([answer], async ({ server, table }) => {
      const failure = await failureOf(table.put({ id: "a" }));
      expect(failure).toMatchObject({ code: "storage.unavailable", retryable: true });
      expect(server.requests).toHaveLength(4);
    }),
  );

  it("is storage.unavailable when nothing listens there", async () => {
    const server = await startScriptedDynamoDB(done);
    await server[Symbol.asyncDispose]();
    await using store = dynamodb({ clientConfig: server.clientConfig, cursorKey, maxAttempts: 2 });
    const failure = await failureOf((await store.open(definition)).get({ id: "a" }));
    expect(failure).toMatchObject({ code: "storage.unavailable", retryable: true, details: { attempts: 2 } });
  });

  it("never gets an addition twice: it may have been carried out", () =>
    withScript([throttled, broken, { output: { Attributes: {} } }], async ({ server, table }) => {
      const failure = await failureOf(table.update({ id: "a" }, { add: { count: 1 } }));
      expect(failure.code).toBe("storage.unavailable");
      expect(server.requests, "once after the refusal, not again after the error").toHaveLength(2);
    }));

  it("does not make a condition fail that an earlier attempt may have met", () =>
    withScript([broken, conditionFailed], async ({ server, table }) => {
      const failure = await failureOf(table.put({ id: "a" }, { condition: { item: "absent" } }));
      expect(failure.code).toBe("storage.unavailable");
      expect(server.requests).toHaveLength(2);
    }));

  it("gets a transaction again under the same token, so that it happens once", () =>
    withScript([broken, done], async ({ server, store }) => {
      await store.transact([updateAction(definition, { id: "a" }, { add: { count: 1 } })]);
      const tokens = server.requests.map(({ input }) => input["ClientRequestToken"]);
      expect(tokens).toEqual([expect.any(String), tokens[0]]);
    }));
});

describe("a DynamoDB that does not answer", () => {
  it("is storage.timed-out when every request is out of time", () =>
    withScript(
      ["hang"],
      async ({ server, table }) => {
        const failure = await failureOf(table.get({ id: "a" }));
        expect(failure).toMatchObject({ code: "storage.timed-out", retryable: true, details: { attempts: 2 } });
        expect(server.requests).toHaveLength(2);
      },
      { requestTimeoutMs: 100, maxAttempts: 2 },
    ));

  it("is storage.timed-out at the call's deadline", () =>
    withScript(
      ["hang"],
      async ({ server, table }) => {
        const failure = await failureOf(table.get({ id: "a" }));
        expect(failure).toMatchObject({ code: "storage.timed-out", details: { timeout_ms: 200 } });
        expect(server.requests).toHaveLength(1);
      },
      { timeoutMs: 200 },
    ));

  it("is left alone once the signal fired, with the signal's reason", () =>
    withScript(["hang"], async ({ server, table }) => {
      const stop = new AbortController();
      const waiting = table.put({ id: "a" }, { signal: stop.signal });
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      expect(server.requests).toHaveLength(1);
    }));

  it("is not asked again after the signal fired during a pause", () =>
    withScript(
      [throttled],
      async ({ server, table }) => {
        const stop = new AbortController();
        const waiting = table.get({ id: "a" }, { signal: stop.signal });
        while (server.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
        stop.abort(new Error("enough"));
        await expect(waiting).rejects.toThrow("enough");
        const sent = server.requests.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(server.requests).toHaveLength(sent);
      },
      { maxAttempts: 1000 },
    ));
});

describe("refusals", () => {
  it.each([
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
  ])("%s is storage.access-denied, asked once", (error) =>
    withScript([{ error, message: "The security token included in the request is expired" }], async (under) => {
      const failure = await failureOf(under.table.get({ id: "a" }));
      expect(failure).toMatchObject({ code: "storage.access-denied", retryable: false, details: { reason: error } });
      expect(under.server.requests).toHaveLength(1);
    }),
  );

  it("credentials that cannot be found are storage.access-denied, and nothing is sent", async () => {
    await using server = await startScriptedDynamoDB(done);
    const credentials = async () => {
      throw Object.assign(new Error("Could not load credentials from any providers"), {
        name: "CredentialsProviderError",
      });
    };
    await using store = dynamodb({ clientConfig: { ...server.clientConfig, credentials }, cursorKey });
    const failure = await failureOf((await store.open(definition)).get({ id: "a" }));
    expect(failure).toMatchObject({ code: "storage.access-denied", retryable: false });
    expect(server.requests).toHaveLength(0);
  });

  it.each<[string, Answer]>([
    ["storage.table-missing", { error: "ResourceNotFoundException" }],
    [
      "storage.table-mismatch",
      { error: "ValidationException", message: "The table does not have the specified index" },
    ],
    ["storage.item-too-large", tooLarge],
    ["storage.invalid-query", { error: "ValidationException", message: "Invalid ConditionExpression: too long" }],
    ["storage.condition-failed", conditionFailed],
  ])("%s is asked once", (code, answer) =>
    withScript([answer], async ({ server, table }) => {
      expect(await failureOf(table.update({ id: "a" }, { set: { count: 1 } }))).toMatchObject({
        code,
        retryable: false,
      });
      expect(server.requests).toHaveLength(1);
    }),
  );

  it("an item of more than 400 KB is refused before anything is sent", () =>
    withScript([done], async ({ server, store, table }) => {
      const large = { id: "a", text: "x".repeat(400 * 1024) };
      expect((await failureOf(table.put(large))).code).toBe("storage.item-too-large");
      expect((await failureOf(table.batchWrite({ put: [{ id: "b" }, large] }))).code).toBe("storage.item-too-large");
      const actions = [putAction(definition, { id: "b" }), putAction(definition, large)];
      expect((await failureOf(store.transact(actions))).code).toBe("storage.item-too-large");
      expect(server.requests).toHaveLength(0);
    }));
});

describe("transactions", () => {
  const cancelled = (...codes: string[]): Answer => ({
    error: "TransactionCanceledException",
    more: { CancellationReasons: codes.map((Code) => ({ Code })) },
  });
  const actions = ["a", "b"].map((id) => putAction(definition, { id }, { item: "absent" }));

  it("that only met others are tried again", () =>
    withScript(
      [cancelled("None", "TransactionConflict"), cancelled("ThrottlingError", "None"), done],
      async (under) => {
        await under.store.transact(actions);
        expect(under.server.requests).toHaveLength(3);
      },
    ));

  it("that always meet others are storage.throttled", () =>
    withScript([cancelled("None", "TransactionConflict")], async ({ server, store }) => {
      const failure = await failureOf(store.transact(actions));
      expect(failure).toMatchObject({ code: "storage.throttled", retryable: true });
      expect(server.requests).toHaveLength(4);
    }));

  it("tell for each action why they were cancelled", () =>
    withScript([cancelled("ConditionalCheckFailed", "TransactionConflict")], async ({ server, store }) => {
      const failure = await failureOf(store.transact(actions));
      expect(failure).toMatchObject({ code: "storage.transaction-cancelled", retryable: false });
      expect(cancellationReasons(failure)).toEqual(["storage.condition-failed", "storage.throttled"]);
      expect(server.requests).toHaveLength(1);
    }));
});

describe("batches", () => {
  const items = Array.from({ length: 30 }, (_, n) => ({ id: `id ${n}` }));
  const puts = (from: number, to: number) =>
    items.slice(from, to).map(({ id }) => ({ PutRequest: { Item: { id: { S: id } } } }));
  const sent = ({ requests }: ScriptedDynamoDB): unknown[] =>
    requests.flatMap(({ input }) => input["RequestItems"]!["items"] as unknown[]);

  it("send what stayed unprocessed again, and every write at least once", () =>
    withScript([{ output: { UnprocessedItems: { items: puts(20, 25) } } }, done], async ({ server, table }) => {
      await table.batchWrite({ put: items });
      expect(sent(server)).toEqual([...puts(0, 25), ...puts(20, 30)]);
    }));

  it("say how many writes are done when others stayed unprocessed until the deadline", () =>
    withScript(
      [
        { output: { UnprocessedItems: { items: puts(20, 25) } } },
        { output: { UnprocessedItems: { items: puts(20, 30) } } },
      ],
      async ({ server, table }) => {
        const failure = await failureOf(table.batchWrite({ put: items }));
        expect(failure).toMatchObject({ code: "storage.batch-incomplete", retryable: true });
        expect(failure.details).toMatchObject({ written: 20, unprocessed: 10 });
        expect(server.requests.length).toBeGreaterThan(2);
      },
      { timeoutMs: 400 },
    ));

  it("say how many writes are done when the next request fails", () =>
    withScript([done, { error: "ExpiredTokenException" }], async ({ server, table }) => {
      const failure = await failureOf(table.batchWrite({ put: items }));
      expect(failure).toMatchObject({ code: "storage.batch-incomplete", details: { written: 25, unprocessed: 5 } });
      expect(failure.details).toMatchObject({ reason: "storage.access-denied" });
      expect(server.requests).toHaveLength(2);
    }));

  it("read what stayed unprocessed again, and do not return a part", async () => {
    const [first, second] = [{ id: { S: "id 0" } }, { id: { S: "id 1" } }];
    const half: Answer = {
      output: { Responses: { items: [first] }, UnprocessedKeys: { items: { Keys: [second] } } },
    };
    await withScript([half, { output: { Responses: { items: [second] } } }], async ({ server, table }) => {
      expect(await table.batchGet([{ id: "id 1" }, { id: "id 0" }])).toEqual([{ id: "id 1" }, { id: "id 0" }]);
      expect(server.requests).toHaveLength(2);
    });
    const stuck: Answer = { output: { Responses: {}, UnprocessedKeys: { items: { Keys: [first] } } } };
    await withScript(
      [stuck],
      async ({ table }) => {
        const failure = await failureOf(table.batchGet([{ id: "id 0" }]));
        expect(failure).toMatchObject({ code: "storage.throttled", retryable: true });
      },
      { timeoutMs: 300 },
    );
  });
});
