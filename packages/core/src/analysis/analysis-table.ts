import { z } from "zod";
import { defineTable } from "../storage/table.ts";
import { type Analysis, analysisSchema } from "./analysis.ts";
import { type AnalysisCounter, analysisCounterSchema } from "./analysis-counter.ts";
import { type StatementMarker, statementMarkerSchema } from "./dispute.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "./time.ts";

/** An earlier result of an analysis that was made again. */
export const analysisVersionSchema = z.object({
  /** `VERSION#<request_id of the analysis>`. */
  request_id: z.string().regex(/^VERSION#./),
  /** When that result was made. */
  created_at: epochMillisecondsSchema,
  /** The request_id of the analysis. */
  version_of: z.string(),
  /** 1 for the first result. */
  version_number: z.number().int().positive(),
  /** The record as it was. */
  result: analysisSchema,
  record_expires_at: epochSecondsSchema.optional(),
});
/** See {@link analysisVersionSchema}. */
export type AnalysisVersion = z.infer<typeof analysisVersionSchema>;

type Key = "request_id" | "created_at";
type Sparse<Item> = { [A in keyof Omit<Item, Key>]?: Item[A] | undefined };

/** Any item of the table: a record, an earlier result, a counter or the marker of a statement. */
export type AnalysisItem = { request_id: string; created_at: number } & Sparse<
  Analysis & AnalysisVersion & AnalysisCounter & StatementMarker
>;

/** What `user-index` holds besides keys: what a list of one's analyses shows. */
const summaryAttributes = [
  "status",
  "filename",
  "content_type",
  "size_bytes",
  "forgery_score",
  "verdict",
  "reasons",
  "policy_version",
  "model",
  "sha256",
  "perceptual_hash",
  "version_number",
  "image_saved",
  "image_expires_at",
  "record_expires_at",
  "error_message",
] as const satisfies readonly (keyof Analysis)[];

/** What a list shows of an analysis: the attributes that `user-index` holds. */
export type AnalysisSummary = Pick<Analysis, "request_id" | "created_at" | (typeof summaryAttributes)[number]>;

/** What an administrator's list by status shows: the attributes that `status-index` holds. */
export type AnalysisState = Pick<
  Analysis,
  "request_id" | "created_at" | "status" | "user_id" | "filename" | "record_expires_at"
>;

/**
 * Name of the table in an environment, as the spec has it.
 *
 * @example
 * analysisTableName("prod"); // artguard-image-analysis-prod
 */
export const analysisTableName = (environment: string) => `artguard-image-analysis-${environment}`;

/**
 * Table 1 of the spec.
 *
 * @param name Default `artguard-image-analysis-dev`.
 * @example
 * const analyses = await tables.open(defineAnalysisTable(analysisTableName("prod")));
 */
export function defineAnalysisTable(name = analysisTableName("dev")) {
  return defineTable<AnalysisItem>({
    name,
    key: { partition: "request_id", sort: "created_at" },
    indexes: {
      "user-index": { partition: "user_id", sort: "created_at", projection: summaryAttributes },
      "status-index": {
        partition: "status",
        sort: "created_at",
        projection: ["user_id", "filename", "record_expires_at"],
      },
      "open-work-index": { partition: "open_work", sort: "created_at", projection: "keys" },
      "dispute-index": { partition: "dispute_index", sort: "disputed_at", projection: "keys" },
    },
    ttl: "record_expires_at",
    schema: z.union([analysisSchema, analysisVersionSchema, analysisCounterSchema, statementMarkerSchema]),
  });
}
