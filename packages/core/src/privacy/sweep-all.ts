import type { ErasureReceipt } from "./erasure-receipt.ts";
import type { Privacy } from "./open-privacy.ts";
import type { PrivacyCallOptions } from "./privacy-context.ts";
import type { SweepResult } from "./sweep-expired.ts";

/** What a whole sweep did. */
export interface WholeSweep extends Omit<SweepResult, "next"> {
  /** Of erasures that a crash had interrupted and that are complete now. */
  readonly erasures: readonly ErasureReceipt[];
}

/**
 * Sweeps from beginning to end: deletes everything that has expired, call after call, and ends interrupted erasures. To be
 * run at least once a day, by any number of processes.
 *
 * @example
 * const privacy = await openPrivacy({ tables, objects });
 * console.log(await sweepAll(privacy));
 */
export async function sweepAll(
  privacy: Pick<Privacy, "sweepExpired" | "resumeErasures">,
  options: PrivacyCallOptions = {},
): Promise<WholeSweep> {
  const total = { objects_examined: 0, objects_deleted: 0, images_expired: 0, records_deleted: 0, charges_refunded: 0 };
  let cursor: string | undefined;
  do {
    const { next, ...part } = await privacy.sweepExpired({ ...options, ...(cursor !== undefined && { cursor }) });
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += part[name];
    cursor = next;
  } while (cursor !== undefined);
  return { ...total, erasures: await privacy.resumeErasures(options) };
}
