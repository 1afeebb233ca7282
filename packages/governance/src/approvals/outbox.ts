import { appendFile } from "node:fs/promises";
import { type Change, type Condition, epochMillisecondsSchema, isArtGuardError, type Table } from "@artguard/core";
import { type ApprovalItem, type NoticeItem, noticeItemSchema } from "./approval-table.ts";

/** A message to a person. It names the request only: what is asked is read after logging in. */
export interface Notice {
  /** The same at every attempt to deliver it. */
  readonly notice_id: string;
  readonly approval_id: string;
  /** The person who gets it; where to reach them is the sink's business. */
  readonly recipient_id: string;
  readonly about: NoticeItem["about"];
}

/** Where notices go: a file, e-mail, a queue. A notice may come twice after a crash or a timeout. */
export interface NoticeSink {
  /** Returns once the notice is handed over; must end when the signal fires. */
  deliver(notice: Notice, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** Options of `Approvals.deliverOutbox`. */
export interface DeliverOptions {
  /** Most notices of one call; default 100. */
  readonly limit?: number;
  /** Time for each notice; default 10 s. */
  readonly timeoutMs?: number;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

const [firstDelayMs, longestDelayMs] = [60_000, 3_600_000];

/**
 * Appends notices to a file that only its owner may read, one JSON object per line, flushed before it returns.
 *
 * @example
 * const sink = fileSink("notices.jsonl");
 */
export function fileSink(path: string): NoticeSink {
  return {
    deliver: (notice) => appendFile(path, `${JSON.stringify(notice)}\n`, { mode: 0o600, flush: true }),
  };
}

/**
 * Delivers what is due; of several calls at once each notice has one. One that fails is tried again after a minute, then
 * ever later, up to once an hour.
 */
export async function deliverOutbox(
  table: Table<ApprovalItem>,
  sink: NoticeSink,
  { limit = 100, timeoutMs = 10_000, now, signal }: DeliverOptions,
): Promise<{ delivered: number; failed: number }> {
  const due = { index: "outbox-index", partition: "yes", sort: { atMost: now() }, limit };
  const { items } = await table.query({ ...due, ...(signal && { signal }) });
  let [delivered, failed] = [0, 0];
  for (const item of items) {
    signal?.throwIfAborted();
    const notice = noticeItemSchema.parse(item);
    const { id, attempts, due_at } = notice;
    // Whoever dies now leaves it to others, once the time for one attempt is over.
    const claim = { set: { due_at: moment(() => now() + timeoutMs + firstDelayMs) } };
    if (!(await note(table, id, claim, { attribute: "due_at", equals: due_at }))) continue;
    if (await isHandedOver(sink, notice, timeoutMs, signal)) {
      await note(table, id, { set: { delivered_at: moment(now) }, remove: ["outbox"], add: { attempts: 1 } });
      delivered += 1;
    } else {
      const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempts);
      await note(table, id, { set: { due_at: moment(() => now() + delay) }, add: { attempts: 1 } });
      failed += 1;
    }
  }
  return { delivered, failed };
}

/** Whatever the sink throws concerns this notice alone. */
async function isHandedOver(
  sink: NoticeSink,
  { notice_id, approval_id, recipient_id, about }: NoticeItem,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await withinTime(timeoutMs, signal, (ends) =>
      sink.deliver({ notice_id, approval_id, recipient_id, about }, { signal: ends }),
    );
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

/** Rejects when the time is over, whether the sink heeds its signal or not. */
async function withinTime(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  deliver: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ends = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(ends.reason);
  ends.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([deliver(ends), promise]);
  } finally {
    ends.removeEventListener("abort", onAbort);
  }
}

/** False when another process delivered it meanwhile, or the condition does not hold. */
async function note(
  table: Table<ApprovalItem>,
  id: string,
  change: Change<ApprovalItem>,
  condition: Condition<ApprovalItem> = { item: "present" },
): Promise<boolean> {
  try {
    await table.update({ id }, change, { condition: { all: [{ attribute: "outbox", is: "present" }, condition] } });
    return true;
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    return false;
  }
}

function moment(now: () => number) {
  return epochMillisecondsSchema.parse(now());
}
