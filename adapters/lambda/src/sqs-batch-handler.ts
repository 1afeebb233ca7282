import { type ArtGuard, ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { parseJson } from "./created-objects.ts";
import { type InvocationContext, invocationSignal } from "./invocation.ts";
import { type MessageOptions, messagesOf, processBatch, type SqsBatchResponse } from "./message-batch.ts";

const bodySchema = z.object({ request_id: z.string().min(1) });

/** Options of {@link sqsBatchHandler}. */
export interface SqsBatchHandlerOptions extends MessageOptions {
  /** Does the work: with its detectors, on its stores. */
  readonly artguard: Pick<ArtGuard, "processSubmitted">;
}

/**
 * A handler that does submitted analyses: of each message `{"request_id": "…"}` of an SQS batch. Messages whose analysis
 * has not ended come again (partial failures, `ReportBatchItemFailures`); an analysis that ended as FAILED has ended.
 *
 * @example
 * export const handler = sqsBatchHandler({ artguard });
 */
export function sqsBatchHandler(options: SqsBatchHandlerOptions) {
  const { artguard } = options;
  return async (event: unknown, context: InvocationContext): Promise<SqsBatchResponse> => {
    const messages = messagesOf(event);
    if (!messages) throw new ArtGuardError("lambda.malformed-event", "the event is no batch of SQS");
    const signal = invocationSignal(context);
    const work = async ({ body }: { readonly body: string }) => {
      signal.throwIfAborted();
      await artguard.processSubmitted(requestIdOf(body), { signal });
    };
    return await processBatch(messages, work, options);
  };
}

function requestIdOf(body: string): string {
  const { data, error } = bodySchema.safeParse(parseJson(body));
  if (data) return data.request_id;
  throw new ArtGuardError("lambda.malformed-event", "the message names no request_id", { cause: error });
}
