import { setTimeout as sleep } from "node:timers/promises";
import { statementsBy } from "../analysis/dispute.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "../analysis/time.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Condition, Table } from "../storage/table.ts";
import { cancellationReasons, checkAction, deleteAction, putAction, updateAction } from "../storage/table-store.ts";
import { type UserId, userIdOf } from "../user/user-id.ts";
import { type ErasureItem, type ErasureStage, erasureSchema, markerKey } from "../user/user-marker.ts";
import type { UserItem } from "../user/user-table.ts";
import { countAction } from "./count-erased.ts";
import { type ErasureReceipt, receiptOf, tombstoneDays } from "./erasure-receipt.ts";
import { deleteAllExpired, type PrivacyCallOptions, type PrivacyContext } from "./privacy-context.ts";
import { sweepAnalyses } from "./sweep-analyses.ts";
import { sweepExpired } from "./sweep-expired.ts";
import { sweepMarkers } from "./sweep-markers.ts";
import { sweepStatements } from "./sweep-statements.ts";

/** Options of `eraseUser`. */
export interface EraseOptions extends PrivacyCallOptions {
  /**
   * Also remove what deleted items leave in the store's own files, which takes an embedded store time in proportion to
   * its file; default true. Where many are erased one after another, it is enough for the last.
   */
  readonly scrub?: boolean;
  /**
   * Erases what the host holds of the user elsewhere. Done before the erasure is complete, and again after a crash: whoever
   * goes on with it gives the same. Default nothing.
   */
  readonly besides?: (userId: UserId) => Promise<void>;
}

type Work = (userId: UserId, context: PrivacyContext, options: EraseOptions) => Promise<void>;

const secondsPerDay = 86_400;

/** What is done in each stage, and which one follows. Every piece of work can be done again. */
const stages: Readonly<Record<Exclude<ErasureStage, "completed">, { work: Work; next: ErasureStage }>> = {
  first_sweep: { work: firstSweep, next: "second_sweep" },
  second_sweep: { work: secondSweep, next: "markers" },
  markers: { work: sweepBesides, next: "user" },
  user: { work: eraseAccount, next: "completed" },
};

/**
 * Erases everything that is kept of a user. From the first moment nothing new is accepted; then records with their
 * earlier results, images, processed copies and held inputs go, a second time for what was on its way meanwhile, then the
 * person's name under disputes and reviews of others' analyses and the markers beside the account, then the account, then
 * what deleted items left in the store's own files. The state is stored: after a crash at any point another call, or
 * `resumeErasures`, goes on where it was and returns the same receipt.
 *
 * Who may ask for it is the caller's to check: the user, the holder of the deletion token, or an administrator.
 *
 * @throws ArtGuardError `storage.*`; call again to go on.
 */
export async function eraseUser(
  userId: UserId,
  context: PrivacyContext,
  options: EraseOptions = {},
): Promise<ErasureReceipt> {
  let state = await begin(userId, context);
  while (state.stage !== "completed") {
    options.signal?.throwIfAborted();
    const { work, next } = stages[state.stage];
    await work(userId, context, options);
    state = await advance(userId, state.stage, next, context);
  }
  if (options.scrub ?? true) await context.store.scrub?.(options);
  return receiptOf(userId, state);
}

/**
 * Goes on with erasures that were begun and never ended, at most 100, and removes what deleted items left in the store's
 * own files, also of those that died just before that.
 *
 * @returns one receipt each.
 */
export async function resumeErasures(context: PrivacyContext, options: EraseOptions = {}): Promise<ErasureReceipt[]> {
  const { items } = await context.users.query({ index: "open-erasure-index", partition: "OPEN" });
  const receipts: ErasureReceipt[] = [];
  for (const state of await context.users.batchGet(items.map(({ user_id }) => ({ user_id })))) {
    if (state?.owner_id)
      receipts.push(await eraseUser(userIdOf(state.owner_id), context, { ...options, scrub: false }));
  }
  if (options.scrub ?? true) await context.store.scrub?.(options);
  return receipts;
}

/** Marks the user, or finds the mark of an earlier call. */
async function begin(userId: UserId, context: PrivacyContext): Promise<ErasureItem> {
  const { store, users, now } = context;
  const earlier = await readState(userId, users);
  const isOver = earlier?.stage === "completed";
  if (earlier && !(isOver && (await isKnown(userId, context)))) return earlier;
  const state = newState(userId, now());
  const isAsRead: Condition<UserItem> = isOver ? { attribute: "stage", equals: "completed" } : { item: "absent" };
  const account = await users.get({ user_id: userId }, { consistent: true });
  const set = { erasing_at: state.created_at };
  const key = { user_id: userId };
  // An account that is made in this moment would never learn of its erasure.
  const mark = account
    ? updateAction(users.definition, key, { set }, { item: "present" })
    : checkAction(users.definition, key, { item: "absent" });
  try {
    await store.transact([putAction(users.definition, state, isAsRead), mark]);
    return state;
  } catch (error) {
    const other = isArtGuardError(error, "storage.transaction-cancelled") && (await readState(userId, users));
    if (other) return other;
    throw error;
  }
}

/** Whether there is anything of this user, written since an erasure by a host that keeps nobody out. */
async function isKnown(userId: UserId, { users, analysisItems }: PrivacyContext): Promise<boolean> {
  const analyses = await analysisItems.query({ index: "user-index", partition: userId, limit: 1 });
  const owned = await users.query({ index: "owner-index", partition: userId, limit: 1 });
  const account = await users.get({ user_id: userId }, { consistent: true });
  const said = await analysisItems.query({ index: "dispute-index", partition: statementsBy(userId), limit: 1 });
  return account !== undefined || analyses.items.length + owned.items.length + said.items.length > 0;
}

/** Workers may still be writing to open records: those keep their record as the thread that leads to their objects. */
async function firstSweep(userId: UserId, context: PrivacyContext, options: PrivacyCallOptions): Promise<void> {
  await sweepOwnFiles(context, options);
  await deleteAllExpired(context.analysisItems, options);
  await sweepAnalyses(userId, context, { ...options, keepOpen: true });
  await sleep(context.settleMs, undefined, options);
}

/** An embedded store keeps what has expired until it is swept; invisible as it is, nothing else would find its images. */
async function sweepOwnFiles(context: PrivacyContext, { signal }: PrivacyCallOptions): Promise<void> {
  if (!context.store.scrub) return;
  let cursor: string | undefined;
  do {
    ({ next: cursor } = await sweepExpired(context, {
      ...(signal && { signal }),
      ...(cursor !== undefined && { cursor }),
    }));
  } while (cursor !== undefined);
}

/** What was on its way when the erasure began, and what an index did not show yet. */
async function secondSweep(userId: UserId, context: PrivacyContext, options: PrivacyCallOptions): Promise<void> {
  let found: number;
  do {
    found = await sweepAnalyses(userId, context, { ...options, keepOpen: false });
  } while (found > 0);
}

/** What there is of a person beside analyses and account. */
async function sweepBesides(userId: UserId, context: PrivacyContext, options: PrivacyCallOptions): Promise<void> {
  await sweepStatements(userId, context, options);
  await sweepMarkers(userId, context, options);
}

async function eraseAccount(
  userId: UserId,
  { store, users }: PrivacyContext,
  { besides }: EraseOptions,
): Promise<void> {
  await besides?.(userId);
  const account = await users.get({ user_id: userId }, { consistent: true });
  if (!account) return;
  // An index may not have shown the marker of an address changed just before.
  const key = account.email === undefined ? undefined : { user_id: markerKey.email(account.email) };
  const marker = key && (await users.get(key, { consistent: true }));
  const add = { erased_users: 1, erased_markers: marker ? 1 : 0 };
  try {
    await store.transact([
      deleteAction(users.definition, { user_id: userId }, { item: "present" }),
      ...(marker ? [deleteAction(users.definition, { user_id: marker.user_id })] : []),
      countAction(users.definition, userId, add),
    ]);
  } catch (error) {
    // Another process has done it.
    if (cancellationReasons(error)[0] !== "storage.condition-failed") throw error;
  }
}

/** Moves the stored state on, unless another process did; completion takes the name out of it. */
async function advance(
  userId: UserId,
  from: ErasureStage,
  to: ErasureStage,
  { users, now }: PrivacyContext,
): Promise<ErasureItem> {
  const key = { user_id: markerKey.erasure(userId) };
  const change = to === "completed" ? completion(now()) : { set: { stage: to } };
  try {
    const condition = { attribute: "stage", equals: from } as const;
    return erasureSchema.parse(await users.update(key, change, { condition }));
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    const state = await readState(userId, users);
    if (state) return state;
    throw new ArtGuardError("user.not-found", "the state of this erasure is gone", { cause: error });
  }
}

function completion(now: number) {
  const completed_at = epochMillisecondsSchema.parse(now);
  const expires_at = epochSecondsSchema.parse(Math.ceil(now / 1000) + tombstoneDays * secondsPerDay);
  return { set: { stage: "completed", completed_at, expires_at }, remove: ["owner_id", "open_erasure"] } as const;
}

function newState(userId: UserId, now: number): ErasureItem {
  return {
    user_id: markerKey.erasure(userId),
    kind: "erasure",
    stage: "first_sweep",
    created_at: epochMillisecondsSchema.parse(now),
    owner_id: userId,
    open_erasure: "OPEN",
    erased_analyses: 0,
    erased_versions: 0,
    erased_objects: 0,
    erased_markers: 0,
    erased_statements: 0,
    erased_users: 0,
  };
}

async function readState(userId: UserId, users: Table<UserItem>): Promise<ErasureItem | undefined> {
  const item = await users.get({ user_id: markerKey.erasure(userId) }, { consistent: true });
  return item && erasureSchema.parse(item);
}
