import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { ReceiveOptions, WorkAnnouncement, WorkAnnouncements } from "../analysis/work-announcements.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { sqsError } from "./sqs-error.ts";

/** Exactly one of `client` and `clientConfig`, or neither: then the SDK's usual configuration applies. */
export interface SqsWorkAnnouncementsOptions {
  /** Of a standard queue: order does not matter, and a FIFO queue needs what is not sent. */
  readonly queueUrl: string;
  /** A client of the caller, who also closes it; its own retry settings apply. */
  readonly client?: SQSClient;
  readonly clientConfig?: SQSClientConfig;
  /** Longest wait for one request with its retries, beyond the wait for messages; default 10 000 ms. */
  readonly timeoutMs?: number;
}

/** What SQS allows. */
const [mostMessages, longestWaitSeconds, longestHiddenSeconds] = [10, 20, 43_200];
const bodySchema = z.object({ request_id: z.string().min(1) });

/**
 * Announcements as messages `{"request_id": "…"}` of a queue of SQS, which `sqsBatchHandler` of `@artguard/lambda` reads as
 * well. Messages that nobody removes end in the dead-letter queue that the queue was given. Requests are repeated by the
 * client alone.
 *
 * @example
 * const queue = new SqsWorkAnnouncements({ queueUrl });
 * await queue.announce(requestId);
 */
export class SqsWorkAnnouncements implements WorkAnnouncements {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #timeoutMs: number;

  /** @throws ArtGuardError `queue.invalid-option` for a FIFO queue. */
  constructor({ client, clientConfig = {}, queueUrl, timeoutMs = 10_000 }: SqsWorkAnnouncementsOptions) {
    if (queueUrl.endsWith(".fifo"))
      throw new ArtGuardError("queue.invalid-option", "queueUrl must be of a standard queue, not of a FIFO queue");
    // The URL says where the queue is, whatever the region of the caller.
    this.#client = client ?? new SQSClient({ endpoint: new URL(queueUrl).origin, ...clientConfig });
    this.#queueUrl = queueUrl;
    this.#timeoutMs = timeoutMs;
  }

  async announce(requestId: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: this.#queueUrl,
      MessageBody: JSON.stringify({ request_id: requestId }),
    });
    await this.#within(this.#timeoutMs, signal, (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  async receive({ most, waitMs, hideMs, signal }: ReceiveOptions): Promise<readonly WorkAnnouncement[]> {
    if (!Number.isSafeInteger(most) || most < 1)
      throw new ArtGuardError("queue.invalid-option", `most must be a whole number from 1 on, got ${most}`);
    const WaitTimeSeconds = Math.min(seconds(waitMs), longestWaitSeconds);
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: Math.min(most, mostMessages),
      WaitTimeSeconds,
      VisibilityTimeout: hiddenSeconds(hideMs),
    });
    const { Messages = [] } = await this.#within(this.#timeoutMs + 1000 * WaitTimeSeconds, signal, (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    );
    return Messages.map(({ Body = "", ReceiptHandle = "" }) => this.#received(Body, ReceiptHandle));
  }

  #received(body: string, handle: string): WorkAnnouncement {
    const at = { QueueUrl: this.#queueUrl, ReceiptHandle: handle };
    return {
      requestId: requestIdIn(body),
      hide: async (ms) => {
        const command = new ChangeMessageVisibilityCommand({ ...at, VisibilityTimeout: hiddenSeconds(ms) });
        await this.#within(this.#timeoutMs, undefined, (abortSignal) => this.#client.send(command, { abortSignal }));
      },
      remove: async () => {
        const command = new DeleteMessageCommand(at);
        await this.#within(this.#timeoutMs, undefined, (abortSignal) => this.#client.send(command, { abortSignal }));
      },
    };
  }

  async #within<Output>(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    request: (signal: AbortSignal) => Promise<Output>,
  ): Promise<Output> {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(timeoutMs);
    try {
      return await request(AbortSignal.any([late, ...(signal ? [signal] : [])]));
    } catch (cause) {
      signal?.throwIfAborted();
      if (late.aborted)
        throw new ArtGuardError("queue.timed-out", `SQS did not answer within ${timeoutMs} ms`, { cause });
      throw sqsError(cause);
    }
  }
}

/**
 * Announcements in a queue of SQS.
 *
 * @example
 * const submitting = await createArtGuard({ detectors: [], tables, objects, announcements: sqs({ queueUrl }) });
 * await submitting.submit(bytes, { userId });
 */
export function sqs(options: SqsWorkAnnouncementsOptions): SqsWorkAnnouncements {
  return new SqsWorkAnnouncements(options);
}

function requestIdIn(body: string): string | undefined {
  try {
    return bodySchema.parse(JSON.parse(body)).request_id;
  } catch {
    return undefined;
  }
}

function hiddenSeconds(ms: number): number {
  return Math.min(seconds(ms), longestHiddenSeconds);
}

/** Rounded up: less than a second would be none. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
