import type { Analysis } from "../analysis/analysis.ts";
import { isSystemFailure } from "../user/idempotency.ts";
import { refundCharge } from "../user/refund.ts";
import type { PrivacyCallOptions, PrivacyContext } from "./privacy-context.ts";

/** Older failures were looked at by the sweeps before. */
const lookBackMs = 2 * 86_400_000;

/**
 * Gives back what analyses of the last two days were charged that the system failed: usually that happened at once, but the
 * process may have died between the failure and the refund. Each charge is given back once, whoever else tries.
 *
 * @returns how many charges were given back.
 */
export async function refundFailures(context: PrivacyContext, options: PrivacyCallOptions): Promise<number> {
  const { store, users, analysisItems: analyses, now } = context;
  let refunded = 0;
  let cursor: string | undefined;
  do {
    const page = await analyses.query({
      index: "status-index",
      partition: "FAILED",
      sort: { atLeast: now() - lookBackMs },
      select: ["request_id", "created_at"],
      ...(cursor !== undefined && { cursor }),
      ...options,
    });
    for (const record of (await analyses.batchGet(page.items, { consistent: true })) as (Analysis | undefined)[]) {
      if (!record?.quota_charged || !isSystemFailure(record)) continue;
      if (await refundCharge(record, { store, users, analyses })) refunded += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return refunded;
}
