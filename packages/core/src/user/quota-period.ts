import { z } from "zod";

/** A calendar month in UTC, `YYYY-MM`: the period a quota counts. Periods compare as strings. */
export const quotaPeriodSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "expected YYYY-MM");

/** The period of a moment. @param moment Epoch milliseconds. */
export function quotaPeriodOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 7);
}

/** When the next period begins, in epoch milliseconds. */
export function quotaResetsAt(period: string): number {
  const [year, month] = period.split("-").map(Number) as [number, number];
  return Date.UTC(year, month);
}
