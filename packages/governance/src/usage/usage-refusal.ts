import { ArtGuardError } from "@artguard/core";
import { resetsAt } from "./period.ts";
import type { UsageLimit, UsageSubject } from "./plan.ts";
import type { Standing } from "./usage-table.ts";

/** How much of a limit is used, now. */
export interface Consumption extends UsageLimit {
  /** Used and reserved together. */
  readonly used: number;
  /** Epoch milliseconds at which `used` begins anew; absent where it never does. */
  readonly resets_at?: number;
}

/** What the caller is told who wants more than is left: consumption, how long nothing more is admitted, and what helps. */
export function limitExceeded(
  subject: UsageSubject,
  consumption: Consumption,
  requested: number,
  upgrades: readonly string[],
): ArtGuardError {
  const { meter, limit, used, period, resets_at } = consumption;
  const until = resets_at === undefined ? undefined : new Date(resets_at).toISOString();
  return new ArtGuardError(
    "usage.limit-exceeded",
    `${used} of ${limit} ${meter} of this ${subject.kind} are used${period === "ever" ? "" : ` in this ${period}`}; ${requested} more ${requested === 1 ? "is" : "are"} asked for`,
    {
      details: {
        meter,
        subject: subject.kind,
        limit,
        used,
        requested,
        period,
        ...(resets_at !== undefined &&
          until !== undefined && { suspended_until: resets_at, suspended_until_iso: until }),
        renewal_options: renewalOptions(resets_at, upgrades).join(","),
        ...(upgrades.length > 0 && { upgrade_plans: upgrades.join(",") }),
      },
    },
  );
}

/** The refusal of a subject that was suspended by hand. */
export function suspended(
  { kind }: UsageSubject,
  { suspended_at = 0, suspended_because = "" }: Standing,
): ArtGuardError {
  return new ArtGuardError("usage.suspended", `the use of this ${kind} is suspended`, {
    details: { subject: kind, suspended_at, because: suspended_because, renewal_options: "contact_operator" },
  });
}

/** A limit with what is used of it. */
export function consumptionOf(limit: UsageLimit, used: number, now: number): Consumption {
  const resets_at = resetsAt(limit.period, now);
  return { ...limit, used, ...(resets_at !== undefined && { resets_at }) };
}

function renewalOptions(resetsAtMs: number | undefined, upgrades: readonly string[]): string[] {
  return [
    ...(resetsAtMs === undefined ? [] : ["wait"]),
    ...(upgrades.length === 0 ? [] : ["upgrade"]),
    ...(resetsAtMs === undefined && upgrades.length === 0 ? ["contact_operator"] : []),
  ];
}
