import { availableParallelism } from "node:os";
import { ArtGuardError, isArtGuardError } from "@artguard/core";
import { z } from "zod";

const batchSchema = z.object({
  Records: z
    .array(
      z.object({
        messageId: z.string().min(1),
        body: z.string(),
        eventSource: z.literal("aws:sqs"),
        eventSourceARN: z.string(),
      }),
    )
    .min(1),
});

/** A message of a batch. */
export type Message = z.infer<typeof batchSchema>["Records"][number];

/** Which messages of a batch SQS shall deliver again; the others are done. */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A message that was not done, or an event. */
export interface MessageFailure {
  /** Absent for what did not come through SQS. */
  readonly message_id?: string;
  readonly error: unknown;
}

/** What every handler of messages is told how to do. */
export interface MessageOptions {
  /** Messages at a time, but in a FIFO queue; default one per available core. */
  readonly concurrency?: number;
  /** Told of each failure; default a line of JSON on standard error, which Lambda logs. */
  readonly onFailure?: (failure: MessageFailure) => void;
}

/** The messages of an event that came from SQS, else undefined. */
export function messagesOf(event: unknown): Message[] | undefined {
  return batchSchema.safeParse(event).data?.Records;
}

/**
 * Works on every message, and tells which ones failed. In a FIFO queue one after another, and after the first failure
 * none: those behind it must not overtake it.
 *
 * @param work What rejects makes the message come again.
 */
export async function processBatch(
  messages: readonly Message[],
  work: (message: Message) => Promise<unknown>,
  { concurrency = availableParallelism(), onFailure = logFailure }: MessageOptions,
): Promise<SqsBatchResponse> {
  const isOrdered = messages.some(({ eventSourceARN }) => eventSourceARN.endsWith(".fifo"));
  const done = new Set<Message>();
  const waiting = messages.values();
  const lane = async () => {
    for (const message of waiting) {
      try {
        await work(message);
        done.add(message);
      } catch (error) {
        onFailure({ message_id: message.messageId, error });
        if (isOrdered) return;
      }
    }
  };
  await Promise.all(Array.from({ length: isOrdered ? 1 : concurrency }, lane));
  // Of what nobody came to, too, SQS would think that it is done.
  const again = messages.filter((message) => !done.has(message));
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** A line for the log; nothing of the message but its id. */
export function logFailure({ message_id, error }: MessageFailure): void {
  const { code, message } = isArtGuardError(error)
    ? error
    : new ArtGuardError("detection.failed", error instanceof Error ? error.message : String(error));
  console.error(JSON.stringify({ level: "error", message_id, code, message }));
}
