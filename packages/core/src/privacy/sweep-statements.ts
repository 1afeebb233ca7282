import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import type { Dispute, EarlierStatement, Review, StatementMarker } from "../analysis/dispute.ts";
import type { Condition } from "../storage/table.ts";
import { cancellationReasons, deleteAction, type TransactAction, updateAction } from "../storage/table-store.ts";
import type { UserId } from "../user/user-id.ts";
import { countAction } from "./count-erased.ts";
import type { PrivacyCallOptions, PrivacyContext } from "./privacy-context.ts";
import { foundStatements } from "./statements-by.ts";

/**
 * Takes a person's name from what they said of analyses of others. The words stay: they are the analysis' owner's
 * evidence, and were about the picture.
 */
export async function sweepStatements(
  userId: UserId,
  context: PrivacyContext,
  options: PrivacyCallOptions,
): Promise<void> {
  for await (const { marker, record } of foundStatements(userId, context)) {
    options.signal?.throwIfAborted();
    await forgetAuthor(userId, marker, record, context);
  }
}

async function forgetAuthor(
  userId: UserId,
  marker: StatementMarker,
  record: Analysis | undefined,
  context: PrivacyContext,
): Promise<void> {
  const { store, users, analysisItems } = context;
  const { definition } = analysisItems;
  try {
    await store.transact([
      deleteAction(definition, keyOf(marker), { item: "present" }),
      countAction(users.definition, userId, { erased_statements: 1 }),
      ...(record ? [nameless(userId, record, context)] : []),
    ]);
  } catch (error) {
    const [deleted, counted, changed] = cancellationReasons(error);
    if (counted !== undefined || (deleted ?? changed) === undefined) throw error;
    // Another process was faster, or somebody has said something since: as it is now.
    if (!(await analysisItems.get(keyOf(marker), { consistent: true }))) return;
    const key = { request_id: marker.statement_of, created_at: marker.analysis_created_at };
    const present = (await analysisItems.get(key, { consistent: true })) as Analysis | undefined;
    await forgetAuthor(userId, marker, present, context);
  }
}

function nameless(userId: UserId, record: Analysis, { analysisItems }: PrivacyContext): TransactAction {
  const { dispute, review, dispute_history, dispute_revision = 0 } = record;
  const set = {
    dispute_revision: dispute_revision + 1,
    ...(dispute && { dispute: ofDispute(dispute) }),
    ...(review && { review: ofReview(review) }),
    ...(dispute_history && { dispute_history: dispute_history.map(ofStatement) }),
  };
  const asRead: Condition<AnalysisItem> = { attribute: "dispute_revision", equals: dispute_revision };
  return updateAction(analysisItems.definition, keyOf(record), { set }, asRead);

  function ofStatement(each: EarlierStatement): EarlierStatement {
    return "dispute" in each ? { dispute: ofDispute(each.dispute) } : { review: ofReview(each.review) };
  }
  function ofDispute({ disputed_by, ...rest }: Dispute): Dispute {
    return { ...rest, ...(disputed_by !== undefined && disputed_by !== userId && { disputed_by }) };
  }
  function ofReview({ reviewer_id, ...rest }: Review): Review {
    return { ...rest, ...(reviewer_id !== undefined && reviewer_id !== userId && { reviewer_id }) };
  }
}

function keyOf({ request_id, created_at }: { request_id: string; created_at: number }) {
  return { request_id, created_at };
}
