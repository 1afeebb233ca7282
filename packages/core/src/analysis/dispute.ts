import { z } from "zod";
import { verdicts } from "../fusion/verdict.ts";
import { userIdTextSchema } from "../user/user-id.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "./time.ts";

/** Characters (UTF-16 units) of a reason or a note. */
export const longestStatement = 2000;
/** Statements that are kept beside the last dispute and the last review; see {@link disputeShape}. */
export const mostEarlierStatements = 8;

const text = z.string().min(1).max(longestStatement);
/** The result that it is about: `version_number` of that one, which `reanalyze` may have replaced since. */
const version_number = z.number().int().positive();

/** That somebody does not agree with a result. It stands beside the verdict and changes nothing of it. */
export const disputeSchema = z.object({
  /** One line of visible characters. */
  reason: text,
  created_at: epochMillisecondsSchema,
  status: z.enum(["open", "resolved"]),
  version_number,
  /** Absent when that person was erased, or is not known. */
  disputed_by: userIdTextSchema.optional(),
  resolved_at: epochMillisecondsSchema.optional(),
});
/** See {@link disputeSchema}. */
export type Dispute = z.infer<typeof disputeSchema>;

/** What a person who looked at a disputed result says. It stands beside the verdict and changes nothing of it. */
export const reviewSchema = z.object({
  /** One line of visible characters. */
  note: text,
  created_at: epochMillisecondsSchema,
  version_number,
  /** How the reviewer judges the image. */
  reviewer_verdict: z.enum(verdicts).optional(),
  /** Absent when that person was erased. */
  reviewer_id: userIdTextSchema.optional(),
});
/** See {@link reviewSchema}. */
export type Review = z.infer<typeof reviewSchema>;

const statementSchema = z.union([z.object({ dispute: disputeSchema }), z.object({ review: reviewSchema })]);
/** A dispute or a review of the past. */
export type EarlierStatement = z.infer<typeof statementSchema>;

/** Attributes of a record that is or was disputed. They are about the record, not part of its result. */
export const disputeShape = {
  /** The last dispute. */
  dispute: disputeSchema.optional(),
  /** The last review of that dispute. */
  review: reviewSchema.optional(),
  /** Disputes and reviews before these, oldest first; one more than disputes may fill, for the review that ends the last. */
  dispute_history: z
    .array(statementSchema)
    .max(mostEarlierStatements + 1)
    .optional(),
  /** Grows with every change of a statement; a write that has seen another one is refused. */
  dispute_revision: z.number().int().positive().optional(),
  /** `OPEN`; present only while the dispute is open: the partition of the index in which reviewers find it. */
  dispute_index: z
    .string()
    .regex(/^OPEN$/)
    .optional(),
  /** `created_at` of the dispute while it is open. */
  disputed_at: epochMillisecondsSchema.optional(),
};

/** Leads from a person to what they said of somebody else's analysis, so that they can be erased there. */
export const statementMarkerSchema = z.object({
  /** `STATEMENT#<request_id of the analysis>`. */
  request_id: z.string().regex(/^STATEMENT#./),
  /** `created_at` of the statement. */
  created_at: epochMillisecondsSchema,
  /** Key of the analysis. */
  statement_of: z.string(),
  analysis_created_at: epochMillisecondsSchema,
  /** `BY#<user_id>`. */
  dispute_index: z.string().regex(/^BY#./),
  /** As `created_at`; the order in the index. */
  disputed_at: epochMillisecondsSchema,
  record_expires_at: epochSecondsSchema.optional(),
});
/** See {@link statementMarkerSchema}. */
export type StatementMarker = z.infer<typeof statementMarkerSchema>;

/** Partition of the index with the open disputes. */
export const openDisputes = "OPEN";

/** Partition of the index with what a person said of analyses that are not their own. */
export function statementsBy(userId: string): string {
  return `BY#${userId}`;
}

/** Partition of the table with the markers of an analysis. */
export function statementPartition(requestId: string): string {
  return `STATEMENT#${requestId}`;
}

type WithStatements = { [Name in "dispute" | "review" | "dispute_history"]?: z.infer<(typeof disputeShape)[Name]> };

/** All statements of a record, oldest first. */
export function statementsOf({ dispute, review, dispute_history = [] }: WithStatements): EarlierStatement[] {
  const all = [...dispute_history, ...(dispute ? [{ dispute }] : []), ...(review ? [{ review }] : [])];
  return all.sort((a, b) => timeOf(a) - timeOf(b));
}

/** When a statement was made, epoch milliseconds. */
export function timeOf(statement: EarlierStatement): number {
  return "dispute" in statement ? statement.dispute.created_at : statement.review.created_at;
}

/** The last dispute and review of one result of an analysis. */
export function statementsOn(version: number, record: WithStatements): Pick<WithStatements, "dispute" | "review"> {
  const all = statementsOf(record);
  const dispute = all.flatMap((each) => ("dispute" in each ? [each.dispute] : [])).findLast(isOn);
  const review = all.flatMap((each) => ("review" in each ? [each.review] : [])).findLast(isOn);
  return { ...(dispute && { dispute }), ...(review && { review }) };

  function isOn({ version_number }: { version_number: number }): boolean {
    return version_number === version;
  }
}
