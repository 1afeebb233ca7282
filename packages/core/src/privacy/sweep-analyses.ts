import type { Analysis } from "../analysis/analysis.ts";
import { deleteAnalysisObjects } from "../analysis/analysis-objects.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { UserId } from "../user/user-id.ts";
import { countAction } from "./count-erased.ts";
import { isOpen, type PrivacyCallOptions, type PrivacyContext } from "./privacy-context.ts";

const pageSize = 100;

/** Options of {@link sweepAnalyses}. */
interface SweepOptions extends PrivacyCallOptions {
  /** Leaves the records of open analyses, without their objects. */
  readonly keepOpen: boolean;
}

/**
 * Walks through a user's analyses and erases them: first the objects, then the record, so that at every moment a record
 * leads to what is left.
 *
 * @returns How many records it deleted.
 */
export async function sweepAnalyses(userId: UserId, context: PrivacyContext, options: SweepOptions): Promise<number> {
  let deleted = 0;
  let cursor: string | undefined;
  do {
    const page = await context.analysisItems.query({
      index: "user-index",
      partition: userId,
      limit: pageSize,
      scope: userId,
      select: ["request_id", "created_at"],
      ...(cursor !== undefined && { cursor }),
    });
    for (const record of await context.analysisItems.batchGet(page.items, { consistent: true })) {
      if (record && (await eraseAnalysis(record as Analysis, userId, context, options))) deleted += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return deleted;
}

async function eraseAnalysis(
  record: Analysis,
  userId: UserId,
  context: PrivacyContext,
  { keepOpen, signal }: SweepOptions,
): Promise<boolean> {
  signal?.throwIfAborted();
  const objects = await deleteAnalysisObjects(record, context.objects, signal);
  if (keepOpen && isOpen(record)) return false;
  const count = countAction(context.users.definition, userId, {
    erased_analyses: 1,
    erased_objects: objects,
    erased_versions: (record.version_number ?? 1) - 1,
  });
  try {
    await context.analyses.delete(record, { actions: [count] });
    return true;
  } catch (error) {
    // A worker ended it between reading and deleting: the next round sees what it is now.
    if (!isArtGuardError(error, "analysis.lease-lost")) throw error;
    return true;
  }
}
