import { type Privacy, sweepAll, type WholeSweep } from "@artguard/core";
import { type InvocationContext, invocationSignal } from "./invocation.ts";

/** Options of {@link sweepHandler}. */
export interface SweepHandlerOptions {
  /** Of the stores whose expired data is swept. */
  readonly privacy: Pick<Privacy, "sweepExpired" | "resumeErasures">;
}

/**
 * A handler for a schedule: deletes what has expired and ends interrupted erasures. What one call does not reach in its
 * time, the next one does.
 *
 * @example
 * export const handler = sweepHandler({ privacy: await openPrivacy({ tables, objects: { raw, processed } }) });
 */
export function sweepHandler({ privacy }: SweepHandlerOptions) {
  return async (_event: unknown, context: InvocationContext): Promise<WholeSweep> =>
    await sweepAll(privacy, { signal: invocationSignal(context) });
}
