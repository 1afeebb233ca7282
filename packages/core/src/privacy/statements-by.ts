import type { Analysis } from "../analysis/analysis.ts";
import { type StatementMarker, statementsBy } from "../analysis/dispute.ts";
import type { UserId } from "../user/user-id.ts";
import type { PrivacyContext } from "./privacy-context.ts";

const pageSize = 100;

/** What a person said of an analysis that is not their own. The record is undefined when it is gone. */
interface FoundStatement {
  readonly marker: StatementMarker;
  readonly record: Analysis | undefined;
}

/** Everything that a person said of analyses of others, oldest first; one said a moment ago may be missing. */
export async function* foundStatements(
  userId: UserId,
  { analysisItems }: Pick<PrivacyContext, "analysisItems">,
): AsyncGenerator<FoundStatement, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await analysisItems.query({
      index: "dispute-index",
      partition: statementsBy(userId),
      limit: pageSize,
      select: ["request_id", "created_at"],
      ...(cursor !== undefined && { cursor }),
    });
    for (const item of await analysisItems.batchGet(page.items, { consistent: true })) {
      if (!item) continue;
      // Items of this partition are markers; the schema sees to that.
      const marker = item as StatementMarker;
      const key = { request_id: marker.statement_of, created_at: marker.analysis_created_at };
      yield { marker, record: (await analysisItems.get(key, { consistent: true })) as Analysis | undefined };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
