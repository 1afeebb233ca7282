import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Change, Condition } from "../storage/table.ts";
import { quotaPeriodOf, quotaResetsAt } from "./quota-period.ts";
import type { Tiers } from "./tier.ts";
import type { User } from "./user.ts";
import { activeUser } from "./user-repository.ts";
import type { UserItem } from "./user-table.ts";

/** What a user may still analyse this month. */
export interface QuotaStatus {
  readonly account_tier: User["account_tier"];
  /** The UTC month counted, `YYYY-MM`. */
  readonly quota_period: string;
  readonly quota_used: number;
  /** Analyses a month; null is unlimited. */
  readonly limit: number | null;
  /** Epoch milliseconds at which `quota_used` begins anew. */
  readonly resets_at: number;
}

/** A change that takes one analysis from a quota, and the state of the user in which it may happen. */
export interface Reservation {
  readonly change: Change<UserItem>;
  readonly condition: Condition<UserItem>;
  /** After the reservation. */
  readonly quota: QuotaStatus;
}

/** The quota of a user at a moment in epoch milliseconds. A month without a use has used nothing. */
export function quotaOf(user: User, tiers: Tiers, now: number): QuotaStatus {
  const { account_tier, monthly_quota } = user;
  const quota_period = laterPeriod(user.quota_period, quotaPeriodOf(now));
  return {
    account_tier,
    quota_period,
    quota_used: user.quota_period === quota_period ? (user.quota_used ?? 0) : 0,
    limit: monthly_quota ?? tiers[account_tier].monthlyQuota,
    resets_at: quotaResetsAt(quota_period),
  };
}

/**
 * How to take one analysis from the quota in a single conditional update. The limit is checked by the store at the
 * moment of the write: any number of concurrent reservations admits exactly as many as the quota has.
 *
 * @throws ArtGuardError `user.quota-exceeded`
 */
export function reserve(user: User, tiers: Tiers, now: number): Reservation {
  const quota = quotaOf(user, tiers, now);
  const { limit, quota_used, quota_period } = quota;
  if (limit !== null && quota_used >= limit) throw quotaExceeded(quota);
  const began = user.quota_period === quota_period;
  return {
    change: began
      ? { add: { quota_used: 1, total_uploads: 1 } }
      : { set: { quota_period, quota_used: 1 }, add: { total_uploads: 1 } },
    condition: {
      all: [
        activeUser,
        as("quota_period", user.quota_period),
        as("account_tier", user.account_tier),
        as("monthly_quota", user.monthly_quota),
        ...(began && limit !== null ? [below(limit)] : []),
      ],
    },
    quota: { ...quota, quota_used: quota_used + 1 },
  };
}

/** A user who still counts the period in which the analysis was charged. */
export function countsPeriod(quota_period: string): Condition<UserItem> {
  return {
    all: [
      { attribute: "quota_period", equals: quota_period },
      { attribute: "quota_used", greaterThan: 0 },
    ],
  };
}

function quotaExceeded({ limit, quota_period, resets_at }: QuotaStatus): ArtGuardError {
  const resetsAt = new Date(resets_at).toISOString();
  return new ArtGuardError(
    "user.quota-exceeded",
    `all ${limit} analyses of ${quota_period} are used; the quota resets at ${resetsAt}`,
    { details: { limit: limit ?? 0, quota_period, resets_at, resets_at_iso: resetsAt } },
  );
}

/** A host whose clock is behind must not turn a month back. */
function laterPeriod(stored: string | undefined, current: string): string {
  return stored !== undefined && stored > current ? stored : current;
}

/** An attribute that began as absent counts as 0. */
function below(limit: number): Condition<UserItem> {
  return {
    any: [
      { attribute: "quota_used", lessThan: limit },
      { attribute: "quota_used", is: "absent" },
    ],
  };
}

function as(attribute: "quota_period" | "account_tier" | "monthly_quota", value: string | number | undefined) {
  const condition: Condition<UserItem> =
    value === undefined ? { attribute, is: "absent" } : { attribute, equals: value };
  return condition;
}
