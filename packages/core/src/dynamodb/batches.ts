import { BatchGetItemCommand, BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { AttributeMap } from "./attribute-values.ts";
import type { Call } from "./connection.ts";
import { Expression } from "./expression.ts";

/** DynamoDB's limits on one request. */
const [mostReads, mostWrites] = [100, 25];

/** Options of {@link readBatch}. */
export interface ReadBatchOptions {
  readonly consistent: boolean;
  /** Attributes to read; default all. */
  readonly attributes?: readonly string[];
}

/**
 * The stored items of these keys, in any order.
 *
 * @param keys Each at most once.
 * @throws ArtGuardError `storage.throttled` when some stayed unread until the deadline.
 */
export async function readBatch(
  call: Call,
  tableName: string,
  keys: readonly AttributeMap[],
  { consistent, attributes }: ReadBatchOptions,
): Promise<AttributeMap[]> {
  const expression = new Expression();
  const projection = attributes && { ProjectionExpression: attributes.map((name) => expression.name(name)).join(", ") };
  const options = { ConsistentRead: consistent, ...projection, ...expression.attributes() };
  const items: AttributeMap[] = [];
  await inChunks(call, keys, mostReads, async (chunk) => {
    const RequestItems = { [tableName]: { ...options, Keys: chunk } };
    const answer = await call.send(() => new BatchGetItemCommand({ RequestItems }));
    items.push(...(answer.Responses?.[tableName] ?? []));
    return answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
  });
  return items;
}

/**
 * Does all of these writes, each on an item of its own.
 *
 * @throws ArtGuardError `storage.batch-incomplete` when some are done and others stayed undone.
 */
export async function writeBatch(call: Call, tableName: string, writes: readonly WriteRequest[]): Promise<void> {
  let written = 0;
  try {
    await inChunks(call, writes, mostWrites, async (chunk) => {
      const answer = await call.send(() => new BatchWriteItemCommand({ RequestItems: { [tableName]: chunk } }));
      const undone = answer.UnprocessedItems?.[tableName] ?? [];
      written += chunk.length - undone.length;
      return undone;
    });
  } catch (error) {
    if (!isArtGuardError(error, "storage.") || written === 0) throw error;
    throw new ArtGuardError(
      "storage.batch-incomplete",
      `${tableName}: ${written} of ${writes.length} writes are done`,
      {
        details: { written, unprocessed: writes.length - written, reason: error.code },
        cause: error,
      },
    );
  }
}

/** Hands out the entries in chunks, those that come back again after a pause that grows while nothing is processed. */
async function inChunks<Entry>(
  call: Call,
  entries: readonly Entry[],
  size: number,
  process: (chunk: Entry[]) => Promise<Entry[]>,
): Promise<void> {
  let waiting = [...entries];
  let fruitless = 0;
  while (waiting.length > 0) {
    const chunk = waiting.slice(0, size);
    const unprocessed = await process(chunk);
    waiting = [...unprocessed, ...waiting.slice(size)];
    if (unprocessed.length === 0) continue;
    fruitless = unprocessed.length === chunk.length ? fruitless + 1 : 1;
    if (await call.backOff(fruitless)) continue;
    throw new ArtGuardError(
      "storage.throttled",
      `${call.subject}: ${waiting.length} entries of a batch stayed unprocessed`,
    );
  }
}
