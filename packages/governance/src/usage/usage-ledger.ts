import { setTimeout as sleep } from "node:timers/promises";
import {
  ArtGuardError,
  type Change,
  type Condition,
  cancellationReasons,
  checkAction,
  deleteAction,
  isArtGuardError,
  putAction,
  type Table,
  type TableStore,
  type TransactAction,
  updateAction,
} from "@artguard/core";
import { type Plans, type UsageLimit, type UsageSubject, upgradesOf } from "./plan.ts";
import { counterKey, standingKey, subjectText } from "./usage-keys.ts";
import { type Consumption, consumptionOf, limitExceeded, suspended } from "./usage-refusal.ts";
import { type Metered, meteredSchema, type Standing, standingSchema, type UsageItem } from "./usage-table.ts";
import { assertUse, eventOf, type UsageReservation, type Use } from "./use.ts";

/** What a ledger works with. */
export interface LedgerContext {
  readonly store: TableStore;
  readonly table: Table<UsageItem>;
  readonly plans: Plans;
  readonly defaultPlans: Readonly<Record<UsageSubject["kind"], string>>;
  readonly source: string;
  readonly leaseMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Counter {
  readonly subject: UsageSubject;
  readonly key: { readonly usage_id: string; readonly entry: string };
  /** Undefined: counted without a limit. */
  readonly limit: UsageLimit | undefined;
}

const mostAttempts = 40;
const backoffMs = 15;

/** Counts what is used against limits: room is reserved first, in one conditional transaction over all limits that apply. */
export class UsageLedger {
  readonly #context: LedgerContext;

  constructor(context: LedgerContext) {
    this.#context = context;
  }

  /**
   * Reserves room.
   *
   * @throws ArtGuardError `usage.limit-exceeded`, `usage.suspended`, `usage.duplicate-operation`, `usage.invalid-input`
   */
  async reserve(use: Use): Promise<UsageReservation> {
    assertUse(use);
    let reclaimed = false;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (attempt > 0) await sleep(Math.random() * backoffMs * attempt);
      const standings = await this.#standings(use.subjects);
      assertActive(use.subjects, standings);
      const counters = use.subjects.flatMap((subject, at) => this.#counters(subject, standings[at], use.meter));
      const metered = this.#metered(use, counters);
      const failed = await this.#tryReserve(metered, counters, use, standings);
      if (failed === undefined) return this.#reservation(metered);
      if (failed === "changed") continue;
      // Room may be held by processes that died: it is given back once before anybody is refused for it.
      if (reclaimed || (await this.releaseAbandoned()) === 0) throw await this.#refusal(failed, use.quantity);
      reclaimed = true;
    }
    throw new ArtGuardError("storage.throttled", "too many operations count against one limit at the same moment");
  }

  /**
   * Admits what something else keeps the count of: nothing is reserved, and the event written once for its id.
   *
   * @throws ArtGuardError `usage.suspended`, `usage.invalid-input`
   */
  async admitUncounted(use: Use): Promise<UsageReservation> {
    assertUse(use);
    assertActive(use.subjects, await this.#standings(use.subjects));
    return {
      commit: (operationId = use.operationId) =>
        this.#commitLate(this.#committed(this.#metered({ ...use, operationId }, []))),
      release: async () => undefined,
    };
  }

  /** How much of each limit of a subject is used, now. */
  async consumption(subject: UsageSubject): Promise<Consumption[]> {
    const [standing] = await this.#standings([subject]);
    const { limits } = this.#planOf(subject, standing);
    const keys = limits.map((limit) => counterKey(subject, limit, this.#context.now()));
    const items = await this.#context.table.batchGet(keys, { consistent: true });
    return limits.map((limit, at) => consumptionOf(limit, items[at]?.taken ?? 0, this.#context.now()));
  }

  /** Gives back what processes reserved that did not end in time, at most 100. @returns how many. */
  async releaseAbandoned(): Promise<number> {
    const { table, now } = this.#context;
    const { items } = await table.query({ index: "lease-index", partition: "OPEN", sort: { atMost: now() } });
    return this.release(items);
  }

  /** Gives back what is still reserved of metered operations. @returns how many. */
  async release(operations: readonly Pick<UsageItem, "usage_id" | "entry">[]): Promise<number> {
    let released = 0;
    for (const item of await this.#context.table.batchGet(operations.map(keyOf), { consistent: true })) {
      if (item?.status === "RESERVED" && (await this.#release(meteredSchema.parse(item)))) released++;
    }
    return released;
  }

  /** @returns the index of the counter without room, `changed` when it is worth another attempt, undefined when done. */
  async #tryReserve(
    metered: Metered,
    counters: readonly Counter[],
    { quantity, subjects }: Use,
    standings: readonly (Standing | undefined)[],
  ): Promise<Counter | "changed" | undefined> {
    const { store, table } = this.#context;
    const { definition } = table;
    const full = counters.find(({ limit }) => limit !== undefined && limit.limit < quantity);
    if (full) return full;
    const taken = counters.map(({ key, limit }) =>
      updateAction(definition, key, { add: { taken: quantity } }, limit && roomFor(quantity, limit.limit)),
    );
    const unchanged = subjects.map((subject, at) =>
      checkAction(definition, standingKey(subject), sameStanding(standings[at])),
    );
    try {
      await store.transact([...taken, putAction(definition, metered, { item: "absent" }), ...unchanged]);
      return undefined;
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (reasons.length === 0) throw error;
      if (reasons[taken.length] === "storage.condition-failed") throw duplicate();
      if (reasons.slice(taken.length + 1).includes("storage.condition-failed")) return "changed";
      const without = reasons.indexOf("storage.condition-failed");
      if (without >= 0) return counters[without]!;
      if (reasons.includes("storage.throttled")) return "changed";
      throw error;
    }
  }

  #reservation(metered: Metered): UsageReservation {
    return { commit: () => this.#commit(metered), release: async () => void (await this.#release(metered)) };
  }

  async #commit(metered: Metered): Promise<void> {
    const committed = this.#committed(metered);
    const { status, outbox, committed_at } = committed;
    const change: Change<UsageItem> = { set: { status, outbox, committed_at }, remove: ["open_lease", "lease_until"] };
    try {
      await this.#context.table.update(keyOf(metered), change, { condition: isReserved });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      await this.#commitLate(committed);
    }
  }

  #committed({ open_lease: _, lease_until: __, ...metered }: Metered) {
    return { ...metered, status: "COMMITTED", outbox: "PENDING", committed_at: this.#context.now() } as const;
  }

  /** Nothing is reserved, or no longer, because the work took longer than its lease: it was used all the same, once. */
  async #commitLate(committed: Metered): Promise<void> {
    const put = putAction(this.#context.table.definition, committed, { item: "absent" });
    await this.#perform(put, this.#take(committed, committed.event.data.quantity));
  }

  /** @returns whether this call gave the room back. */
  #release(metered: Metered): Promise<boolean> {
    const gone = deleteAction(this.#context.table.definition, keyOf(metered), isReserved);
    return this.#perform(gone, this.#take(metered, -metered.event.data.quantity));
  }

  /** @returns whether it was done; false when the condition of the first action says that somebody else did. */
  async #perform(first: TransactAction, others: readonly TransactAction[]): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#context.store.transact([first, ...others]);
        return true;
      } catch (error) {
        const reasons = cancellationReasons(error);
        if (reasons[0] === "storage.condition-failed") return false;
        if (!reasons.includes("storage.throttled") || attempt >= mostAttempts) throw error;
        await sleep(Math.random() * backoffMs * attempt);
      }
    }
  }

  #take({ counters }: Metered, quantity: number): TransactAction[] {
    return counters.map((key) => updateAction(this.#context.table.definition, key, { add: { taken: quantity } }));
  }

  async #refusal({ subject, key, limit }: Counter, requested: number): Promise<ArtGuardError> {
    const { table, plans, now } = this.#context;
    const used = (await table.get(key, { consistent: true }))?.taken ?? 0;
    return limitExceeded(subject, consumptionOf(limit!, used, now()), requested, upgradesOf(plans, limit!));
  }

  async #standings(subjects: readonly UsageSubject[]): Promise<(Standing | undefined)[]> {
    const items = await this.#context.table.batchGet(subjects.map(standingKey), { consistent: true });
    return items.map((item) => item && standingSchema.parse(item));
  }

  #planOf({ kind }: UsageSubject, standing: Standing | undefined) {
    const { plans, defaultPlans } = this.#context;
    return plans[standing?.plan ?? defaultPlans[kind]] ?? plans[defaultPlans[kind]]!;
  }

  /** What a plan does not name is counted by the month, without a limit. */
  #counters(subject: UsageSubject, standing: Standing | undefined, meter: string): Counter[] {
    const limits = this.#planOf(subject, standing).limits.filter((limit) => limit.meter === meter);
    const now = this.#context.now();
    if (limits.length === 0) {
      return [{ subject, key: counterKey(subject, { meter, period: "month" }, now), limit: undefined }];
    }
    return limits.map((limit) => ({ subject, key: counterKey(subject, limit, now), limit }));
  }

  #metered(use: Use, counters: readonly Counter[]): Metered {
    const { leaseMs, source, now } = this.#context;
    return {
      usage_id: `OPERATION#${use.operationId}`,
      entry: "METERED",
      status: "RESERVED",
      subject: subjectText(use.subjects[0]!),
      event: eventOf(use, source, now()),
      counters: counters.map(({ key }) => key),
      open_lease: "OPEN",
      lease_until: now() + leaseMs,
    };
  }
}

const isReserved: Condition<UsageItem> = { attribute: "status", equals: "RESERVED" };

function keyOf({ usage_id, entry }: Pick<UsageItem, "usage_id" | "entry">) {
  return { usage_id, entry };
}

function roomFor(quantity: number, limit: number): Condition<UsageItem> {
  return {
    any: [
      { attribute: "taken", atMost: limit - quantity },
      { attribute: "taken", is: "absent" },
    ],
  };
}

function sameStanding(standing: Standing | undefined): Condition<UsageItem> {
  const plan: Condition<UsageItem> =
    standing?.plan === undefined ? { attribute: "plan", is: "absent" } : { attribute: "plan", equals: standing.plan };
  return { all: [plan, { attribute: "suspended_at", is: "absent" }] };
}

function assertActive(subjects: readonly UsageSubject[], standings: readonly (Standing | undefined)[]): void {
  standings.forEach((standing, at) => {
    if (standing?.suspended_at !== undefined) throw suspended(subjects[at]!, standing);
  });
}

function duplicate(): ArtGuardError {
  return new ArtGuardError("usage.duplicate-operation", "an operation with this id was counted before");
}
