import { type Analysis, disputeSchema, reviewSchema, verdicts } from "@artguard/core";
import { z } from "zod";
import { analysisJson, analysisJsonSchema } from "../analysis-json.ts";
import { operationRoute, type Route } from "../route.ts";
import { json, pageQuery, pageSchema } from "./schemas.ts";

const tag = "disputes";
const path_parameters = z.object({ request_id: z.string().min(1).max(128) });
const ofOne = { tag, path_parameters } as const;
const text = z.string().min(1).max(10_000);
const asJson = (output: unknown) => analysisJson(output as Analysis);

const disputedSchema = z.object({
  request_id: z.string(),
  created_at: z.number(),
  filename: z.string(),
  verdict: z.enum(verdicts).optional(),
  forgery_score: z.number().optional(),
  version_number: z.number().optional(),
  dispute: disputeSchema,
  review: reviewSchema.optional().describe("A remark that left the dispute open."),
});

const dispute = operationRoute({
  ...ofOne,
  method: "post",
  path: "/v1/analyses/{request_id}/dispute",
  summary: "Say that a result is wrong",
  description:
    "The dispute is kept beside the verdict, which stays. One at a time; at most 2000 visible characters. Who may not read the analysis is answered without its result.",
  body: z.object({ reason: text.describe("Line ends and invisible characters become spaces.") }),
  operation: "analysis.dispute",
  input: ({ request_id, reason }) => ({ requestId: request_id, reason }),
  success: [{ status: "ok", description: "The record with the dispute.", bodies: json(analysisJsonSchema) }],
  output: asJson,
});

const review = operationRoute({
  ...ofOne,
  method: "post",
  path: "/v1/analyses/{request_id}/review",
  summary: "Answer a dispute, as a reviewer",
  description: "The review is kept beside the verdict, which stays. Nobody reviews what is their own.",
  body: z.object({
    note: text.describe("At most 2000 visible characters, as a reason."),
    reviewer_verdict: z.enum(verdicts).optional().describe("How the reviewer judges the image."),
    resolved: z.boolean().optional().describe("False leaves the dispute open; default true."),
  }),
  operation: "analysis.review",
  input: ({ request_id, note, reviewer_verdict, resolved }) => ({
    requestId: request_id,
    note,
    ...(reviewer_verdict !== undefined && { verdict: reviewer_verdict }),
    ...(resolved !== undefined && { resolved }),
  }),
  success: [{ status: "ok", description: "The record with the review.", bodies: json(analysisJsonSchema) }],
  output: asJson,
});

const list = operationRoute({
  tag,
  method: "get",
  path: "/v1/disputes",
  summary: "What waits for a reviewer, the longest disputed first",
  query: pageQuery,
  operation: "analysis.disputed",
  input: (values) => values,
  success: [{ status: "ok", description: "A page of disputes.", bodies: json(pageSchema(disputedSchema)) }],
});

const read = operationRoute({
  ...ofOne,
  method: "get",
  path: "/v1/disputes/{request_id}",
  summary: "A disputed analysis, as long as it is disputed, for reviewers",
  operation: "analysis.read-disputed",
  input: ({ request_id }) => ({ requestId: request_id }),
  success: [{ status: "ok", description: "The record.", bodies: json(analysisJsonSchema) }],
  output: asJson,
});

/** Routes of disputes and their reviews. */
export const disputeRoutes: readonly Route[] = [dispute, review, list, read];
