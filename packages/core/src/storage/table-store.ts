import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { Change, Condition, Table, TableDefinition } from "./table.ts";
import type { Attributes, TableWrite } from "./table-write.ts";

/** One write or check of a transaction; made by {@link putAction}, {@link updateAction}, {@link deleteAction}, {@link checkAction}. */
export interface TransactAction {
  readonly definition: TableDefinition<Attributes>;
  readonly write: TableWrite<Attributes>;
}

/** Options of {@link TableStore.transact}. */
export interface TransactOptions {
  /** 1–36 characters: the same actions with the same token within 10 minutes are done once. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** Where tables live: opens them and writes to several at once. Dispose it to close its connection. */
export interface TableStore extends AsyncDisposable {
  /**
   * The table of this definition; an embedded store creates it when it does not exist.
   *
   * @throws ArtGuardError `storage.table-mismatch` when a table of this name has another key; `storage.invalid-key` when
   * a key attribute is neither string nor number in the schema.
   */
  open<Item extends object>(definition: TableDefinition<Item>): Promise<Table<Item>>;
  /**
   * Does all actions or none: 1–100, at most one per item, 4 MB in all, over any tables of this store.
   *
   * @throws ArtGuardError `storage.transaction-cancelled` ({@link cancellationReasons} tells for each action why);
   * `storage.idempotency-mismatch` when other actions had the token; `storage.invalid-item`, `storage.invalid-key`,
   * `storage.invalid-query`, `storage.item-too-large` for actions that could never happen; nothing is written.
   */
  transact(actions: readonly TransactAction[], options?: TransactOptions): Promise<void>;
  /**
   * Removes what deleted items have left behind in the store's own files, for an erasure; absent where the store has none.
   *
   * @throws ArtGuardError `storage.timed-out` while another process uses the file.
   */
  scrub?(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/**
 * The action of {@link Table.put}.
 *
 * @example
 * const notes = defineTable({ name: "notes", key: { partition: "id" }, indexes: {}, schema: z.object({ id: z.string() }) });
 * await store.transact([putAction(notes, { id: "a" }, { item: "absent" })]);
 */
export function putAction<Item extends object>(
  definition: TableDefinition<Item>,
  item: Item,
  condition?: Condition<Item>,
): TransactAction {
  return erase(definition, { kind: "put", item, ...(condition && { condition }) });
}

/**
 * The action of {@link Table.update}.
 *
 * @example
 * const counters = defineTable({
 *   name: "counters",
 *   key: { partition: "id" },
 *   indexes: {},
 *   schema: z.object({ id: z.string(), count: z.number() }),
 * });
 * await store.transact([updateAction(counters, { id: "uploads" }, { add: { count: 1 } })]);
 */
export function updateAction<Item extends object>(
  definition: TableDefinition<Item>,
  key: Partial<Item>,
  change: Change<Item>,
  condition?: Condition<Item>,
): TransactAction {
  return erase(definition, { kind: "update", key, change, ...(condition && { condition }) });
}

/**
 * The action of {@link Table.delete}.
 *
 * @example
 * await store.transact([deleteAction(defineUserTable(), { user_id: userId })]);
 */
export function deleteAction<Item extends object>(
  definition: TableDefinition<Item>,
  key: Partial<Item>,
  condition?: Condition<Item>,
): TransactAction {
  return erase(definition, { kind: "delete", key, ...(condition && { condition }) });
}

/**
 * Writes nothing; the transaction happens only if the condition holds of this item.
 *
 * @example
 * await store.transact([checkAction(defineUserTable(), { user_id: userId }, { item: "present" })]);
 */
export function checkAction<Item extends object>(
  definition: TableDefinition<Item>,
  key: Partial<Item>,
  condition: Condition<Item>,
): TransactAction {
  return erase(definition, { kind: "check", key, condition });
}

/** Actions on items of several types share a list; every store reads them through their definition alone. */
function erase<Item extends object>(definition: TableDefinition<Item>, write: TableWrite<Item>): TransactAction {
  return { definition, write } as unknown as TransactAction;
}

/** The error of a transaction that did not happen; `reasons` has one entry per action. */
export function transactionCancelled(reasons: readonly (ErrorCode | undefined)[], cause?: unknown): ArtGuardError {
  const guilty = reasons.flatMap((reason, index) => (reason ? [`action ${index}: ${reason}`] : []));
  return new ArtGuardError("storage.transaction-cancelled", `nothing was written; ${guilty.join(", ")}`, {
    details: { reasons: reasons.join(",") },
    cause,
  });
}

/**
 * For each action of a cancelled transaction the code of its reason, undefined for one that did not cause it; empty for any other error.
 *
 * @example
 * const reasons = cancellationReasons(error);
 * if (reasons[0] === "storage.condition-failed") console.error("the first action's condition did not hold");
 */
export function cancellationReasons(error: unknown): readonly (ErrorCode | undefined)[] {
  const reasons = isArtGuardError(error, "storage.transaction-cancelled") ? error.details["reasons"] : undefined;
  if (typeof reasons !== "string") return [];
  return reasons.split(",").map((reason) => (reason === "" ? undefined : (reason as ErrorCode)));
}
