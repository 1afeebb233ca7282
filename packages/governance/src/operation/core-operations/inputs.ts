import { z } from "zod";

/** Id of an analysis. */
export const requestId = z.string().min(1).max(128);
/** Whose: default the caller's own. */
export const userId = z.string().min(1).max(256).exactOptional();
const moment = z.number().int().nonnegative().exactOptional();
/** From when to when, in epoch milliseconds, inclusive. */
export const period = { from: moment, to: moment };
/** Whether a period does not end before it begins. */
export function isPeriod({ from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number }): boolean {
  return from <= to;
}
/** What is said of one that does. */
export const notAPeriod = { message: "must not be before `from`", path: ["to"] };
/** A part of a list. */
export const page = {
  cursor: z.string().max(16_384).exactOptional(),
  /** 1–1000. */
  limit: z.number().int().min(1).max(1000).exactOptional(),
};
