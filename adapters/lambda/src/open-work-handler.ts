import { availableParallelism } from "node:os";
import type { ArtGuard, OpenWorkSummary } from "@artguard/core";
import { type InvocationContext, invocationSignal } from "./invocation.ts";

/** Options of {@link openWorkHandler}. */
export interface OpenWorkHandlerOptions {
  /** Does the work: with its detectors, on its stores. */
  readonly artguard: Pick<ArtGuard, "processOpenWork">;
  /** Analyses at a time; default one per available core. */
  readonly concurrency?: number;
}

/**
 * A handler for a schedule, beside that of a queue: does submitted analyses that no message came for. What one call does
 * not reach in its time, the next one does.
 *
 * @example
 * export const handler = openWorkHandler({ artguard });
 */
export function openWorkHandler({ artguard, concurrency = availableParallelism() }: OpenWorkHandlerOptions) {
  return async (_event: unknown, context: InvocationContext): Promise<OpenWorkSummary> =>
    await artguard.processOpenWork({ concurrency, signal: invocationSignal(context) });
}
