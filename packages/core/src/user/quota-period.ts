import { z } from "zod";

/** A calendar month in UTC, `YYYY-MM`: the period a quota counts. Periods compare as strings. */
export const quotaPeriodSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "expected YYYY-MM");

/**
 * The period of a moment.
 *
 * @param moment Epoch milliseconds.
 * @example
 * quotaPeriodOf(Date.UTC(2026, 1, 9)); // 2026-02
 */
export function quotaPeriodOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 7);
}

/**
 * When the next period begins, in epoch milliseconds.
 *
 * @example
 * new Date(quotaResetsAt("2026-02")).toISOString(); // 2026-03-01T00:00:00.000Z
 */
export function quotaResetsAt(period: string): number {
  const [year, month] = period.split("-").map(Number) as [number, number];
  return Date.UTC(year, month);
}
