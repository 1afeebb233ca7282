import { setTimeout as wait } from "node:timers/promises";
import { type Privacy, sweepAll } from "@artguard/core";

/** A server that is started anew all the time sweeps as well, and one that is only tried does not. */
const longestFirstMs = 10 * 60_000;

/** Sweeps at intervals until the signal fires; what a sweep leaves is swept the next time. */
export async function sweepRegularly(
  sweeps: Pick<Privacy, "sweepExpired" | "resumeErasures">,
  sweepMs: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  // Rejects when the signal fires, which the loop sees for itself.
  const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => undefined);
  for (await pause(Math.min(sweepMs, longestFirstMs)); !signal.aborted; await pause(sweepMs)) {
    await sweepAll(sweeps, { signal }).catch((error: unknown) => {
      if (!signal.aborted) onError(error);
    });
  }
}
