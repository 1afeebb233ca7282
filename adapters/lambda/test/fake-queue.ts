import type { SqsBatchResponse } from "@artguard/lambda";
import { batchOf } from "./events.ts";

/** A message of the queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
}

/** One call of a function, as its process lives and dies. */
export interface Call {
  /** Answers, unless the process is killed first. */
  readonly answer: Promise<SqsBatchResponse | undefined>;
  /** Resolves when the process is killed. */
  readonly killed: Promise<"killed">;
}

/** What a queue saw. */
export interface QueueReport {
  readonly calls: number;
  readonly kills: number;
  /** Messages that came too often. */
  readonly deadLetters: readonly string[];
  /** Calls whose partial failures were not exactly those that they had to be. */
  readonly inexact: number;
}

/** Deliveries until a message is a dead letter; many, as the kills hit whole batches. */
const [batchSize, mostDeliveries] = [10, 12];

/**
 * Delivers messages as SQS does: in batches, at least once, what failed or was in a killed call again, and in the end to
 * the dead letters.
 *
 * @param isExact Whether exactly these messages of a batch had to fail.
 */
export async function deliverAll(
  messages: readonly QueuedMessage[],
  invoke: (event: unknown) => Call,
  isExact: (batch: readonly QueuedMessage[], failed: readonly string[]) => boolean | Promise<boolean>,
): Promise<QueueReport> {
  const waiting = [...messages];
  const deliveries = new Map<string, number>();
  const deadLetters: string[] = [];
  let [calls, kills, inexact] = [0, 0, 0];
  while (waiting.length > 0) {
    const batch = waiting.splice(0, batchSize);
    for (const { id } of batch) deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
    const { answer, killed } = invoke(batchOf(batch));
    const outcome = await Promise.race([answer, killed]);
    calls += 1;
    if (outcome === "killed") kills += 1;
    const failed = outcome === "killed" ? batch.map(({ id }) => id) : idsOf(outcome);
    if (outcome !== "killed" && !(await isExact(batch, failed))) inexact += 1;
    for (const message of batch.filter(({ id }) => failed.includes(id))) {
      if (deliveries.get(message.id)! < mostDeliveries) waiting.push(message);
      else deadLetters.push(message.id);
    }
  }
  return { calls, kills, deadLetters, inexact };
}

function idsOf(response: SqsBatchResponse | undefined): string[] {
  return response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) ?? [];
}
