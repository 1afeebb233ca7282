import { type Admissions, ArtGuardError, type Table, type TableStore, userIdOf } from "@artguard/core";
import { type Plans, parsePlans, type UsageSubject } from "./plan.ts";
import type { UsageEvent } from "./usage-event.ts";
import { standingKey, subjectPartition, subjectText } from "./usage-keys.ts";
import { UsageLedger } from "./usage-ledger.ts";
import { type Consumption, limitExceeded } from "./usage-refusal.ts";
import { defineUsageTable, meteredSchema, type UsageItem } from "./usage-table.ts";
import type { UsageReservation, Use } from "./use.ts";

/** Options of {@link openUsage}. */
export interface UsageOptions {
  readonly tables: TableStore;
  /** Name of the table; default `artguard-usage-dev`. */
  readonly table?: string;
  /** Limits by plan; default one plan, `standard`, without limits. */
  readonly plans?: Plans;
  /** The plan of whoever was given no other, by kind of subject; default `standard` for all. */
  readonly defaultPlans?: Readonly<Partial<Record<UsageSubject["kind"], string>>>;
  /**
   * Keeps the count of the meter `uploads`: the monthly quota of analyses is core's, counted in the transaction that
   * stores the analysis. Without it, uploads are not limited.
   */
  readonly admissions?: Admissions;
  /** `source` of the events, a URI reference; default `urn:artguard`. */
  readonly source?: string;
  /** How long an operation may take before its reservation counts as abandoned, in milliseconds; default 15 minutes. */
  readonly leaseMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Receives usage events, each at least once; `id` tells a repetition. */
export type UsageSink = (event: UsageEvent) => Promise<void>;

/** Limits on what is used, by user, organisation and dataset. */
export interface Usage {
  /**
   * Keeps room for an operation, to be committed or released when it ends.
   *
   * @throws ArtGuardError `usage.limit-exceeded` with consumption, `suspended_until` and `renewal_options` in the details,
   * `usage.suspended`, `usage.duplicate-operation`, `usage.invalid-input`
   */
  reserve(use: Use): Promise<UsageReservation>;
  /** How much of each limit is used, now; of a user also of the upload quota. */
  consumption(subject: UsageSubject): Promise<Consumption[]>;
  /** Gives a subject another plan; what was used stays used. @throws ArtGuardError `usage.invalid-input` */
  assignPlan(subject: UsageSubject, plan: string): Promise<void>;
  /** Admits nothing more of a subject until `resume`. */
  suspend(subject: UsageSubject, because: string): Promise<void>;
  /** Ends a suspension. */
  resume(subject: UsageSubject): Promise<void>;
  /** Gives back the room of operations whose process died, at most 100. @returns how many. */
  releaseAbandoned(): Promise<number>;
  /** Delivers events of the outbox, oldest first, at most `limit` (1–1000, default 100). @returns how many. */
  deliverEvents(sink: UsageSink, options?: { limit?: number }): Promise<number>;
  /** Deletes what is kept of a user who is erased, also events not yet delivered. */
  forgetUser(userId: string): Promise<void>;
}

/** The meter of analyses, whose count is core's. */
export const uploadMeter = "uploads";

const defaultLeaseMs = 15 * 60_000;
const standard: Plans = { standard: { limits: [] } };
const [secondsPerDay, rememberedDays] = [86_400, 35];
const defaultDelivery = 100;

/**
 * Opens the usage table.
 *
 * @throws ArtGuardError `usage.invalid-input`
 * @example
 * const usage = await openUsage({ tables });
 */
export async function openUsage(options: UsageOptions): Promise<Usage> {
  const { tables, admissions, now = Date.now } = options;
  const defaultPlans = { user: "standard", organization: "standard", dataset: "standard", ...options.defaultPlans };
  const plans = Object.values(defaultPlans).reduce((all, plan) => parsePlans(all, plan), options.plans ?? standard);
  const table = await tables.open(defineUsageTable(options.table));
  const ledger = new UsageLedger({
    store: tables,
    table,
    plans,
    defaultPlans,
    source: options.source ?? "urn:artguard",
    leaseMs: options.leaseMs ?? defaultLeaseMs,
    now,
  });
  const change = (subject: UsageSubject, change: Parameters<typeof table.update>[1]) =>
    table.update(standingKey(subject), change).then(() => undefined);
  return {
    reserve: async (use) => {
      if (use.meter !== uploadMeter) return ledger.reserve(use);
      if (admissions) await assertUploadQuota(admissions, use);
      return ledger.admitUncounted(use);
    },
    consumption: async (subject) => [
      ...(admissions && subject.kind === "user" ? await uploadConsumption(admissions, subject.id) : []),
      ...(await ledger.consumption(subject)),
    ],
    assignPlan: async (subject, plan) => {
      if (!Object.hasOwn(plans, plan)) throw new ArtGuardError("usage.invalid-input", `there is no plan "${plan}"`);
      await change(subject, { set: { plan } });
    },
    suspend: (subject, because) => change(subject, { set: { suspended_at: now(), suspended_because: because } }),
    resume: (subject) => change(subject, { remove: ["suspended_at", "suspended_because"] }),
    releaseAbandoned: () => ledger.releaseAbandoned(),
    deliverEvents: (sink, { limit = defaultDelivery } = {}) => deliver(table, sink, limit, now),
    forgetUser: (userId) => forget(table, ledger, { kind: "user", id: userId }),
  };
}

/** A look ahead, so that nothing is begun in vain; the charge itself is core's transaction. */
async function assertUploadQuota(admissions: Admissions, { subjects, quantity }: Use): Promise<void> {
  for (const subject of subjects.filter(({ kind }) => kind === "user")) {
    for (const consumption of await uploadConsumption(admissions, subject.id)) {
      if (consumption.used + quantity > consumption.limit)
        throw limitExceeded(subject, consumption, quantity, ["higher_tier"]);
    }
  }
}

/** Empty for an unlimited quota. */
async function uploadConsumption(admissions: Admissions, userId: string): Promise<Consumption[]> {
  const { quota_used, limit, resets_at } = await admissions.quota(userIdOf(userId));
  return limit === null ? [] : [{ meter: uploadMeter, limit, period: "month", used: quota_used, resets_at }];
}

async function deliver(table: Table<UsageItem>, sink: UsageSink, limit: number, now: () => number): Promise<number> {
  const page = await table.query({ index: "outbox-index", partition: "PENDING", limit });
  const items = await table.batchGet(
    page.items.map(({ usage_id, entry }) => ({ usage_id, entry })),
    { consistent: true },
  );
  let delivered = 0;
  for (const item of items) {
    // Another process may have delivered it since.
    if (item?.outbox === undefined) continue;
    await sink(meteredSchema.parse(item).event);
    const delete_after = Math.ceil(now() / 1000) + rememberedDays * secondsPerDay;
    const { usage_id, entry } = item;
    await table.update({ usage_id, entry }, { set: { delete_after }, remove: ["outbox"] });
    delivered++;
  }
  return delivered;
}

/** What is reserved is given back first: it may count against others, too. */
async function forget(table: Table<UsageItem>, ledger: UsageLedger, subject: UsageSubject): Promise<void> {
  const places = [
    { index: "subject-index", partition: subjectText(subject) },
    { partition: subjectPartition(subject) },
  ];
  for (const place of places) {
    let cursor: string | undefined;
    do {
      const page = await table.query({
        ...place,
        select: ["usage_id", "entry"],
        ...(cursor !== undefined && { cursor }),
      });
      if ("index" in place) await ledger.release(page.items);
      await table.batchWrite({ delete: page.items });
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}
