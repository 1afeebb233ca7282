import type { UsageLimit } from "./plan.ts";

/** The period of a moment, in epoch milliseconds: `2026-11-29`, `2026-11` or `ever`; UTC. */
export function periodOf(period: UsageLimit["period"], now: number): string {
  if (period === "ever") return "ever";
  return new Date(now).toISOString().slice(0, period === "day" ? 10 : 7);
}

/** When the next period begins, in epoch milliseconds; undefined for one that never ends. */
export function resetsAt(period: UsageLimit["period"], now: number): number | undefined {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (period === "ever") return undefined;
  return period === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
}
