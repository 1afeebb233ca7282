import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Condition, Page, Table } from "../storage/table.ts";
import {
  cancellationReasons,
  deleteAction,
  putAction,
  type TableStore,
  type TransactAction,
  updateAction,
} from "../storage/table-store.ts";
import type { Analysis } from "./analysis.ts";
import { type AnalysisCounter, counterShards } from "./analysis-counter.ts";
import {
  type AnalysisItem,
  type AnalysisState,
  type AnalysisSummary,
  type AnalysisVersion,
  defineAnalysisTable,
} from "./analysis-table.ts";
import {
  type AnalysisCounts,
  counterChange,
  counterKey,
  counterPartition,
  startOfDay,
  totalOf,
} from "./count-analyses.ts";
import { openDisputes, type StatementMarker, statementPartition, statementsBy, statementsOn } from "./dispute.ts";
import { type AnalysisStatus, assertTransition } from "./lifecycle.ts";
import { openWorkPartition } from "./open-work.ts";
import { defined, storable, without, withoutAsides, withoutKey } from "./storable-record.ts";
import { type StoredObject, withoutExpiredImage } from "./stored-image.ts";
import { type EpochMilliseconds, toIso } from "./time.ts";

/** Key of an open analysis. */
export type OpenWorkKey = Pick<Analysis, "request_id" | "created_at">;

/** Options of {@link AnalysisRepository.open}. */
export interface AnalysisRepositoryOptions {
  /** Name of the table; default `artguard-image-analysis-dev`. */
  readonly table?: string;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** A part of a list. */
export interface PageOptions {
  /** From the previous page of the same list. */
  readonly cursor?: string | undefined;
  /** 1–1000; default 20. */
  readonly limit?: number | undefined;
}

/** How a record changes from one state to the next. */
export interface Transition {
  /** Attributes to replace, with the new status. */
  readonly set: Partial<Analysis> & Pick<Analysis, "status">;
  readonly remove?: readonly (keyof Analysis)[];
  /** What must hold of the stored record besides its status; default nothing. */
  readonly condition?: Condition<AnalysisItem>;
}

/** What somebody says of a result, as it changes the record. */
export interface AddedStatement {
  readonly set: Partial<Analysis>;
  readonly remove: readonly (keyof Analysis)[];
  /** Who says it. */
  readonly author: string | undefined;
  readonly created_at: EpochMilliseconds;
}

/**
 * The records of analyses (table 1 of the spec), written once against the {@link Table} port. Every change of status
 * changes the counters in the same transaction. Expired records and images are invisible at once.
 *
 * @example
 * const analyses = await AnalysisRepository.open(tables);
 * const record = await analyses.get(requestId);
 */
export class AnalysisRepository {
  readonly definition;
  readonly #store: TableStore;
  readonly #table: Table<AnalysisItem>;
  readonly #now: () => number;

  private constructor(store: TableStore, table: Table<AnalysisItem>, now: () => number) {
    this.definition = table.definition;
    this.#store = store;
    this.#table = table;
    this.#now = now;
  }

  /** Opens the table, which an embedded store creates when it does not exist. */
  static async open(
    store: TableStore,
    { table, now = Date.now }: AnalysisRepositoryOptions = {},
  ): Promise<AnalysisRepository> {
    return new AnalysisRepository(store, await store.open(defineAnalysisTable(table)), now);
  }

  /** The actions that store a new record, for a transaction of one's own. */
  creation(record: Analysis): TransactAction[] {
    const item = { ...storable(record), timestamp_iso: toIso(record.created_at) };
    return [putAction(this.definition, item, { item: "absent" }), ...this.#count(undefined, record)];
  }

  /** Stores a new record. @throws ArtGuardError `storage.condition-failed` when its request_id exists. */
  async create(record: Analysis): Promise<void> {
    try {
      await this.#store.transact(this.creation(record));
    } catch (error) {
      if (cancellationReasons(error)[0] !== "storage.condition-failed") throw error;
      throw new ArtGuardError("storage.condition-failed", `there is an analysis ${record.request_id}`, {
        cause: error,
      });
    }
  }

  /**
   * Changes the status of a record, and the counters with it.
   *
   * @param record As it was read: its status is the one to change from.
   * @returns the record after the change.
   * @throws ArtGuardError `analysis.illegal-transition` when the lifecycle does not know this change,
   * `analysis.lease-lost` when the stored record is in another state or does not fulfil the condition.
   */
  async transition(record: Analysis, { set, remove = [], condition }: Transition): Promise<Analysis> {
    assertTransition(record.status, set.status);
    const next = without({ ...record, ...defined(set) }, remove);
    const isAsRead: Condition<AnalysisItem> = { attribute: "status", equals: record.status };
    const update = updateAction(
      this.definition,
      keyOf(record),
      { set: withoutKey(storable(set)), ...(remove.length > 0 && { remove }) },
      condition ? { all: [isAsRead, condition] } : isAsRead,
    );
    await this.#guarded(record.request_id, [update, ...this.#count(record, next)]);
    return next;
  }

  /**
   * Changes attributes of a record that keeps its status.
   *
   * @returns the record after the change.
   * @throws ArtGuardError `analysis.lease-lost` when the stored record does not fulfil the condition.
   */
  async change(
    record: Analysis,
    { set = {}, remove = [] }: { set?: Partial<Analysis>; remove?: readonly (keyof Analysis)[] },
    condition: Condition<AnalysisItem>,
  ): Promise<Analysis> {
    try {
      const change = { set: defined(set), ...(remove.length > 0 && { remove }) };
      return asAnalysis(await this.#table.update(keyOf(record), change, { condition }));
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      throw leaseLost(record.request_id, error);
    }
  }

  /**
   * Replaces the result of a COMPLETED analysis and keeps the earlier one as a version, which does not name the image:
   * what is said of the image, of consent to it and against the result is said once, in the record.
   *
   * @param beside Its `heatmap`: that of the new result, stored already; null when there is none; default: it stays.
   * @returns the record after the change.
   * @throws ArtGuardError `analysis.lease-lost` when another result came in between, or the image with which the heat map
   * is to be kept went.
   */
  async replaceResult(
    record: Analysis,
    result: Partial<Analysis>,
    beside: { heatmap?: StoredObject | null } = {},
  ): Promise<Analysis> {
    const { heatmap } = beside;
    const number = record.version_number ?? 1;
    const change: Partial<Analysis> = {
      ...withoutAsides(storable(result)),
      version_number: number + 1,
      ...(heatmap && { heatmap_object: heatmap }),
    };
    const replaced = ["truncated", "unfinished", ...(heatmap === null ? (["heatmap_object"] as const) : [])] as const;
    const gone = replaced.filter((name) => change[name] === undefined);
    const next: Analysis = { ...without(record, gone), ...change };
    const earlier: AnalysisVersion = {
      request_id: versionPartition(record.request_id),
      created_at: record.analyzed_at ?? record.created_at,
      version_of: record.request_id,
      version_number: number,
      result: withoutAsides(storable(record)),
      ...(record.record_expires_at !== undefined && { record_expires_at: record.record_expires_at }),
    };
    const isAsRead: Condition<AnalysisItem> = {
      all: [
        { attribute: "status", equals: "COMPLETED" },
        sameVersion(record),
        ...(heatmap ? [{ attribute: "image_saved", equals: true } as const] : []),
      ],
    };
    await this.#guarded(record.request_id, [
      updateAction(this.definition, keyOf(record), { set: withoutKey(change), remove: gone }, isAsRead),
      putAction(this.definition, earlier, { item: "absent" }),
      ...this.#count(record, next),
    ]);
    return next;
  }

  /**
   * Puts a dispute or a review beside the result of a COMPLETED analysis. When it is not its owner's, the transaction also
   * writes what leads from its author to it.
   *
   * @returns the record after the change.
   * @throws ArtGuardError `analysis.lease-lost` when another statement or another result came in between.
   */
  async addStatement(record: Analysis, { set, remove, author, created_at }: AddedStatement): Promise<Analysis> {
    const change = { ...set, dispute_revision: (record.dispute_revision ?? 0) + 1 };
    const isAsRead: Condition<AnalysisItem> = {
      all: [{ attribute: "status", equals: "COMPLETED" }, sameVersion(record), sameRevision(record)],
    };
    const isOwn = author === undefined || author === record.user_id;
    const marker = isOwn ? [] : [putAction(this.definition, markerOf(record, author, created_at), { item: "absent" })];
    const update = updateAction(
      this.definition,
      keyOf(record),
      { set: change, ...(remove.length > 0 && { remove }) },
      isAsRead,
    );
    await this.#guarded(record.request_id, [update, ...marker]);
    return { ...without(record, remove), ...change };
  }

  /** Analyses whose result is disputed, the longest disputed first. Read through an index, then as they are. */
  async disputed({ cursor, limit = defaultLimit }: PageOptions = {}): Promise<Page<Analysis>> {
    const page = await this.#table.query({
      index: "dispute-index",
      partition: openDisputes,
      limit,
      select: ["request_id", "created_at"],
      ...(cursor !== undefined && { cursor }),
    });
    const records = await this.getMany(page.items as OpenWorkKey[]);
    return { ...page, items: records.filter(({ dispute }) => dispute?.status === "open") };
  }

  /** The record with this request_id. @throws ArtGuardError `analysis.not-found` */
  async get(requestId: string): Promise<Analysis> {
    const analysis = await this.find(requestId);
    if (analysis) return analysis;
    throw new ArtGuardError("analysis.not-found", `there is no analysis ${requestId}`);
  }

  /** The record with this request_id, or undefined; a consistent query, as the key's second half is not known. */
  async find(requestId: string): Promise<Analysis | undefined> {
    if (requestId === "" || requestId.includes("#")) return undefined;
    const page = await this.#table.query({ partition: requestId, limit: 1, consistent: true });
    return page.items[0] && this.#visible(page.items[0]);
  }

  /** The records with these keys, in their order, without those that do not exist. */
  async getMany(keys: readonly Pick<Analysis, "request_id" | "created_at">[]): Promise<Analysis[]> {
    const items = await this.#table.batchGet(keys.map(keyOf), { consistent: true });
    return items.flatMap((item) => (item ? [this.#visible(item)] : []));
  }

  /**
   * A user's analyses, newest first. A cursor is of use to this user only.
   *
   * @throws ArtGuardError `analysis.invalid-input` for `anonymous`, which is nobody; `storage.invalid-cursor`.
   */
  async history(userId: string, { cursor, limit = defaultLimit }: PageOptions = {}): Promise<Page<AnalysisSummary>> {
    if (userId === "anonymous") {
      throw new ArtGuardError("analysis.invalid-input", "anonymous callers have no common history", {
        fix: "Ask for the user_id of one record; anonymous callers each get a pseudonym of their own.",
      });
    }
    const page = await this.#table.query({
      index: "user-index",
      partition: userId,
      order: "newest_first",
      limit,
      scope: userId,
      ...(cursor !== undefined && { cursor }),
    });
    return { ...page, items: page.items.map((item) => this.#visible(item)) };
  }

  /** A user's analyses, newest first, at most `limit`. */
  async *ofUser(userId: string, limit: number): AsyncGenerator<AnalysisSummary, void, undefined> {
    let cursor: string | undefined;
    for (let left = limit; left > 0; left -= longestPage) {
      const page = await this.history(userId, { cursor, limit: Math.min(left, longestPage) });
      yield* page.items;
      cursor = page.cursor;
      if (cursor === undefined) return;
    }
  }

  /** Analyses of one status, oldest first. Read through an index: what was written a moment ago may be missing. */
  async byStatus(
    status: AnalysisStatus,
    { cursor, limit = defaultLimit }: PageOptions = {},
  ): Promise<Page<AnalysisState>> {
    const page = await this.#table.query({
      index: "status-index",
      partition: status,
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    return { ...page, items: page.items.map(asAnalysis) };
  }

  /** Keys of open analyses in one shard, oldest first. Read through an index: some may have ended already. */
  async *openWork(shard: number): AsyncGenerator<OpenWorkKey, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#table.query({
        index: "open-work-index",
        partition: openWorkPartition(shard),
        limit: openWorkPage,
        select: ["request_id", "created_at"],
        ...(cursor !== undefined && { cursor }),
      });
      yield* page.items as OpenWorkKey[];
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /**
   * All results of an analysis, oldest first, each with the last dispute and review of it; the last is the record itself.
   *
   * @throws ArtGuardError `analysis.not-found`
   */
  async results(requestId: string): Promise<Analysis[]> {
    const present = await this.get(requestId);
    const earlier = (await this.#all(versionPartition(requestId))) as AnalysisVersion[];
    const results = earlier.map(({ result, version_number }) => ({
      ...result,
      ...statementsOn(version_number, present),
    }));
    return [...results, present];
  }

  /**
   * Counts per status and verdict, and the average score, from counters.
   *
   * @param period Moments in epoch milliseconds; whole UTC days of creation are counted. Default: ever.
   * @throws ArtGuardError `analysis.invalid-input` for what is no moment.
   */
  async counts({ from, to }: { from?: number; to?: number } = {}): Promise<AnalysisCounts> {
    const sort = {
      ...(from !== undefined && { atLeast: startOfDay(from) }),
      ...(to !== undefined && { atMost: startOfDay(to) }),
    };
    const shards = Array.from({ length: counterShards }, (_, shard) => this.#all(counterPartition(shard), sort));
    return totalOf((await Promise.all(shards)).flat() as AnalysisCounter[]);
  }

  /**
   * Deletes a record, its earlier results and what leads to statements on it. What ended stays counted; what was open does not.
   *
   * @throws ArtGuardError `analysis.lease-lost` when its status or result changed since it was read, or
   * something was said of it.
   */
  async delete(record: Analysis, { actions = [] }: { actions?: readonly TransactAction[] } = {}): Promise<void> {
    const versions = await this.#all(versionPartition(record.request_id));
    const markers = await this.#all(statementPartition(record.request_id));
    await this.#table.batchWrite({ delete: versions.map(keyOf) });
    const isOpen = record.status === "PENDING" || record.status === "PROCESSING";
    await this.#guarded(record.request_id, [
      deleteAction(this.definition, keyOf(record), {
        all: [{ attribute: "status", equals: record.status }, sameVersion(record), sameRevision(record)],
      }),
      ...(isOpen ? this.#count(record, undefined) : []),
      // With the record: what it says of a person must be found as long as it says it. There is a marker a statement at most.
      ...markers.map((marker) => deleteAction<AnalysisItem>(this.definition, keyOf(marker))),
      ...actions,
    ]);
  }

  async #all(partition: string, sort: { atLeast?: number; atMost?: number } = {}): Promise<AnalysisItem[]> {
    const items: AnalysisItem[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#table.query({
        partition,
        sort,
        limit: longestPage,
        consistent: true,
        ...(cursor !== undefined && { cursor }),
      });
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return items;
  }

  #count(before: Analysis | undefined, after: Analysis | undefined): TransactAction[] {
    const record = (after ?? before)!;
    const add = counterChange(before, after);
    return Object.keys(add).length === 0 ? [] : [updateAction(this.definition, counterKey(record), { add })];
  }

  /** Writes; the first action is the one that depends on the record's state. */
  async #guarded(requestId: string, actions: readonly TransactAction[]): Promise<void> {
    try {
      await this.#store.transact(actions);
    } catch (error) {
      if (cancellationReasons(error)[0] !== "storage.condition-failed") throw error;
      throw leaseLost(requestId, error);
    }
  }

  #visible(item: AnalysisItem): Analysis {
    return withoutExpiredImage(asAnalysis(item), this.#now());
  }
}

const [defaultLimit, longestPage, openWorkPage] = [20, 1000, 10];

const versionPartition = (requestId: string) => `VERSION#${requestId}`;

/** Items whose request_id has no `#` are records; the schema sees to that. */
const asAnalysis = (item: AnalysisItem) => item as Analysis;

function keyOf({ request_id, created_at }: { request_id: string; created_at: number }) {
  return { request_id, created_at };
}

/** No other result came since the record was read. */
function sameVersion({ version_number }: Analysis): Condition<AnalysisItem> {
  return version_number === undefined
    ? { attribute: "version_number", is: "absent" }
    : { attribute: "version_number", equals: version_number };
}

/** No other statement came since the record was read. */
function sameRevision({ dispute_revision }: Analysis): Condition<AnalysisItem> {
  return dispute_revision === undefined
    ? { attribute: "dispute_revision", is: "absent" }
    : { attribute: "dispute_revision", equals: dispute_revision };
}

function markerOf(record: Analysis, author: string, created_at: EpochMilliseconds): StatementMarker {
  const { request_id, created_at: analysis_created_at, record_expires_at } = record;
  return {
    request_id: statementPartition(request_id),
    created_at,
    statement_of: request_id,
    analysis_created_at,
    dispute_index: statementsBy(author),
    disputed_at: created_at,
    ...(record_expires_at !== undefined && { record_expires_at }),
  };
}

function leaseLost(requestId: string, cause: unknown): ArtGuardError {
  return new ArtGuardError("analysis.lease-lost", `analysis ${requestId} was taken over, ended or deleted meanwhile`, {
    cause,
  });
}
