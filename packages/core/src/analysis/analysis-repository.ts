import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { defineTable, type Table } from "../storage/table.ts";
import { type Analysis, analysisSchema } from "./analysis.ts";
import { assertTransition } from "./lifecycle.ts";

/** Table 1 of the spec, `artguard-image-analysis-{env}`. */
export const analysisTable = defineTable<Analysis>({
  name: "artguard-image-analysis",
  key: { partition: "request_id", sort: "created_at" },
  indexes: {
    "user-index": { partition: "user_id", sort: "created_at" },
    "status-index": { partition: "status", sort: "created_at" },
  },
  ttl: "auto_delete_date",
  schema: analysisSchema,
});

/** The records of analyses, written once against the {@link Table} port. */
export class AnalysisRepository {
  readonly #table: Table<Analysis>;

  constructor(table: Table<Analysis>) {
    this.#table = table;
  }

  /** Stores a new record. @throws ArtGuardError `storage.condition-failed` when its request_id exists. */
  async create(analysis: Analysis): Promise<void> {
    await this.#table.put(analysis, { condition: { item: "absent" } });
  }

  /**
   * Replaces a record by its next state. Heat maps are not part of the stored record: they are large and can be
   * drawn again from the image.
   *
   * @throws ArtGuardError `analysis.illegal-transition` when the stored status does not allow it.
   */
  async advance(from: Analysis, to: Analysis): Promise<void> {
    assertTransition(from.status, to.status);
    try {
      await this.#table.put(withoutHeatmaps(to), { condition: { attribute: "status", equals: from.status } });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      throw new ArtGuardError("analysis.illegal-transition", `the stored analysis is no longer ${from.status}`, {
        cause: error,
      });
    }
  }

  /** The record with this request_id. @throws ArtGuardError `analysis.not-found` */
  async get(requestId: string): Promise<Analysis> {
    const page = await this.#table.query({ partition: requestId, limit: 1 });
    const analysis = page.items[0];
    if (analysis) return analysis;
    throw new ArtGuardError("analysis.not-found", `there is no analysis ${requestId}`);
  }

  /** A user's records, newest first, at most `limit`. */
  async *ofUser(userId: string, limit: number): AsyncGenerator<Analysis, void, undefined> {
    let cursor: string | undefined;
    for (let left = limit; left > 0; left -= pageSize) {
      const page = await this.#table.query({
        index: "user-index",
        partition: userId,
        order: "newest_first",
        limit: Math.min(left, pageSize),
        ...(cursor !== undefined && { cursor }),
      });
      yield* page.items;
      cursor = page.cursor;
      if (cursor === undefined) return;
    }
  }
}

/** Records per page of a walk through a user's history. */
const pageSize = 1000;

function withoutHeatmaps(analysis: Analysis): Analysis {
  if (!analysis.detections) return analysis;
  return { ...analysis, detections: analysis.detections.map(({ heatmap: _, ...detection }) => detection) };
}
