import { type CreatedObject, latestOf, type TrainingContext, TrainingIntake } from "@artguard/core";
import { createdObjects, parseJson } from "./created-objects.ts";
import { type InvocationContext, invocationSignal } from "./invocation.ts";
import {
  logFailure,
  type Message,
  type MessageOptions,
  messagesOf,
  processBatch,
  type SqsBatchResponse,
} from "./message-batch.ts";

/** Options of {@link s3EventHandler}. */
export interface S3EventHandlerOptions extends MessageOptions {
  /** Where training images and their copies are, and how images are read. */
  readonly training: TrainingContext;
}

/**
 * A handler that preprocesses training images (workflow B) when they are written: notifications of S3 and events of
 * EventBridge, as such or through SNS, and batches of SQS with any of these, where it answers with partial failures. From
 * anything but SQS a failure rejects, so that Lambda tries again and then uses the dead-letter queue.
 *
 * Every event makes the copy of what is at its key now. Order and repetition therefore do not matter; of several events of
 * one key in one call only the latest is worked on.
 *
 * @throws ArtGuardError `training.same-store` at once, when the copies would start the function again.
 * @example
 * export const handler = s3EventHandler({ training: { raw, processed, examiner, limits, deadlineMs: 60_000 } });
 */
export function s3EventHandler(options: S3EventHandlerOptions) {
  const intake = new TrainingIntake(options.training);
  return async (event: unknown, context: InvocationContext): Promise<SqsBatchResponse | undefined> => {
    const signal = invocationSignal(context);
    const messages = messagesOf(event);
    if (!messages) return await takeAll(createdObjects(event), intake, { ...options, signal });
    const told = new Map(messages.map((message) => [message, readObjects(message)]));
    const take = latestTaker(
      [...told.values()].flatMap(({ objects = [] }) => objects),
      intake,
      signal,
    );
    return await processBatch(
      messages,
      async (message) => {
        const { objects, error } = told.get(message)!;
        if (!objects) throw error;
        for (const object of objects) await take(object);
      },
      options,
    );
  };
}

/** @throws the first failure, after all objects. */
async function takeAll(
  objects: readonly CreatedObject[],
  intake: TrainingIntake,
  { onFailure = logFailure, signal }: MessageOptions & { readonly signal: AbortSignal },
): Promise<undefined> {
  const outcomes = await Promise.allSettled(latestOf(objects).map((object) => intake.take(object, { signal })));
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of failures) onFailure({ error: reason });
  if (failures[0]) throw failures[0].reason;
}

/** Takes the latest of the objects with the same place, once, for all of them. */
function latestTaker(objects: readonly CreatedObject[], intake: TrainingIntake, signal: AbortSignal) {
  const latest = new Map(latestOf(objects).map((object) => [object.uri, object]));
  const taken = new Map<string, Promise<unknown>>();
  return async ({ uri }: CreatedObject): Promise<void> => {
    const work = taken.get(uri) ?? intake.take(latest.get(uri)!, { signal });
    taken.set(uri, work);
    await work;
  };
}

function readObjects({ body }: Message): { readonly objects?: CreatedObject[]; readonly error?: unknown } {
  try {
    return { objects: createdObjects(parseJson(body)) };
  } catch (error) {
    return { error };
  }
}
