import type { Analysis, Table } from "@artguard/core";
import { createTableInput, dynamodb } from "@artguard/core/dynamodb";
import type { DynamoDBLocal } from "@artguard/development-servers/dynamodb-local";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { documentTable, keyOf, record, recordOfExample, userOf } from "./analysis-documents.ts";
import { median } from "./overhead.ts";

/** One operation, done by the table and by the SDK's document client. */
interface Operation {
  readonly name: string;
  /** Calls in one round. */
  readonly calls: number;
  ours(n: number): Promise<unknown>;
  bare(n: number): Promise<unknown>;
}

/** Processor time of one operation in this process, in microseconds a call. */
export interface OperationCosts {
  readonly name: string;
  readonly calls: number;
  /** Medians over the rounds. */
  readonly ours: number;
  readonly bare: number;
  /** Ours for each of the bare one's, by round. */
  readonly ratios: readonly number[];
}

/** Measures the table against the document client, alternately in `rounds` rounds after a warm-up. */
export async function measureDynamoDB(
  local: DynamoDBLocal,
  records: number,
  rounds: number,
): Promise<{ costs: OperationCosts[]; documentBytes: number }> {
  const model = await recordOfExample();
  const [ourClient, bareClient] = [1, 2].map(() => new DynamoDBClient(local.clientConfig()));
  const { createTable } = createTableInput(documentTable, { tableName: documentTable.name });
  await bareClient!.send(new CreateTableCommand(createTable));
  const store = dynamodb({ client: ourClient!, cursorKey: new Uint8Array(32) });
  const table = await store.open(documentTable);
  await table.batchWrite({ put: Array.from({ length: records }, (_, n) => record(model, n)) });
  const documents = DynamoDBDocumentClient.from(bareClient!, { marshallOptions: { removeUndefinedValues: true } });
  const costs: OperationCosts[] = [];
  for (const operation of operations(table, documents, model, records)) costs.push(await measured(operation, rounds));
  await store[Symbol.asyncDispose]();
  for (const client of [ourClient, bareClient]) client!.destroy();
  return { costs, documentBytes: JSON.stringify(model).length };
}

function operations(
  table: Table<Analysis>,
  documents: DynamoDBDocumentClient,
  model: Analysis,
  records: number,
): Operation[] {
  const TableName = documentTable.name;
  const at = (n: number) => (n * 7919) % records;
  const query = (n: number) =>
    ({ index: "user-index", partition: userOf(n), order: "newest_first", limit: 25, scope: userOf(n) }) as const;
  const bareQuery = (n: number) => ({
    TableName,
    IndexName: "user-index",
    KeyConditionExpression: "#user = :user",
    ExpressionAttributeNames: { "#user": "user_id" },
    ExpressionAttributeValues: { ":user": userOf(n) },
    ScanIndexForward: false,
    Limit: 25,
  });
  return [
    {
      name: "get by key",
      calls: 100,
      ours: (n) => table.get(keyOf(at(n))),
      bare: (n) => documents.send(new GetCommand({ TableName, Key: keyOf(at(n)) })),
    },
    {
      name: "put, replacing",
      calls: 50,
      ours: (n) => table.put(record(model, at(n))),
      bare: (n) => documents.send(new PutCommand({ TableName, Item: record(model, at(n)) })),
    },
    {
      name: "25 rows of an index",
      calls: 8,
      ours: (n) => table.query(query(n)),
      bare: (n) => documents.send(new QueryCommand(bareQuery(n))),
    },
  ];
}

async function measured({ name, calls, ours, bare }: Operation, rounds: number): Promise<OperationCosts> {
  const warmUp = 3;
  const [ourCosts, bareCosts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds + warmUp; round++) {
    const first = round * calls;
    const runs = [
      async () => ourCosts.push(await processorTime(first, calls, ours)),
      async () => bareCosts.push(await processorTime(first, calls, bare)),
    ];
    // Who goes first changes, so that neither always finds the machine as the other left it.
    for (const run of round % 2 === 0 ? runs : runs.reverse()) await run();
  }
  const [ourRounds, bareRounds] = [ourCosts.slice(warmUp), bareCosts.slice(warmUp)];
  const ratios = ourRounds.map((cost, round) => cost / bareRounds[round]!);
  return { name, calls: calls * rounds, ours: median(ourRounds), bare: median(bareRounds), ratios };
}

async function processorTime(first: number, calls: number, run: (n: number) => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  for (let n = first; n < first + calls; n++) await run(n);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}
