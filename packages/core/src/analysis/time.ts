import { z } from "zod";

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** Below this, a number of milliseconds would lie before 2001: it is a number of seconds. */
const earliestMilliseconds = 1e12;
/** Above this, a number of seconds would lie after the year 5138: it is a number of milliseconds. */
const latestSeconds = 1e11;

/** Milliseconds since the Unix epoch; refuses values in the range of seconds. */
export const epochMillisecondsSchema = z
  .number()
  .int()
  .min(earliestMilliseconds, "expected epoch milliseconds, got a value in the range of seconds")
  .brand<"EpochMilliseconds">();
/** See {@link epochMillisecondsSchema}. */
export type EpochMilliseconds = z.infer<typeof epochMillisecondsSchema>;

/** Seconds since the Unix epoch, as TTL attributes want them; refuses values in the range of milliseconds. */
export const epochSecondsSchema = z
  .number()
  .int()
  .nonnegative()
  .max(latestSeconds, "expected epoch seconds, got a value in the range of milliseconds")
  .brand<"EpochSeconds">();
/** See {@link epochSecondsSchema}. */
export type EpochSeconds = z.infer<typeof epochSecondsSchema>;

/** The moment in seconds, rounded up so that nothing ends early. */
export function secondsAt(milliseconds: number): EpochSeconds {
  return epochSecondsSchema.parse(Math.ceil(milliseconds / 1000));
}

/**
 * The ISO 8601 form of a moment; always derived, never stored on its own authority.
 *
 * @example
 * toIso(epochMillisecondsSchema.parse(1_707_504_000_000)); // 2024-02-09T18:40:00.000Z
 */
export function toIso(moment: EpochMilliseconds): string {
  return new Date(moment).toISOString();
}
