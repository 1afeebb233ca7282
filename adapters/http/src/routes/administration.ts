import { analysisStatuses, verdicts } from "@artguard/core";
import { z } from "zod";
import { numberInQuery, operationRoute, type RequestValues, type Route } from "../route.ts";
import { doneSchema, json, pageSchema } from "./schemas.ts";

const tag = "administration";
const count = z.number().int().nonnegative();
const subject = z.object({
  kind: z.enum(["user", "organization", "dataset"]),
  id: z.string().min(1).max(256),
});
const ofSubject = ({ kind, id, ...rest }: RequestValues) => ({ subject: { kind, id }, ...rest });
const countsSchema = z.object({
  by_status: z.record(z.enum(analysisStatuses), count),
  by_verdict: z.record(z.enum(verdicts), count),
  scored: count,
  average_score: z.number().optional(),
  score_histogram: z.array(count).describe("Scored analyses by tens."),
});
const consumptionSchema = z.looseObject({ meter: z.string(), used: z.number(), limit: z.number() });

const counts = operationRoute({
  method: "get",
  path: "/v1/admin/counts",
  tag,
  summary: "How many analyses there are, by status and verdict",
  query: z.object({
    from: numberInQuery.nonnegative().optional().describe("Epoch milliseconds."),
    to: numberInQuery.nonnegative().optional().describe("Epoch milliseconds."),
  }),
  operation: "analysis.count",
  input: (values) => values,
  success: [{ status: "ok", description: "Sums of all users together.", bodies: json(countsSchema) }],
});

const usage = operationRoute({
  method: "get",
  path: "/v1/usage/{kind}/{id}",
  tag,
  summary: "How much of each limit is used; of oneself, or by an administrator of anybody",
  path_parameters: subject,
  operation: "usage.read",
  input: ofSubject,
  success: [{ status: "ok", description: "Each limit.", bodies: json(pageSchema(consumptionSchema)) }],
  output: (items) => ({ items }),
});

const change = { tag, path_parameters: subject, input: ofSubject } as const;
const done = [{ status: "ok", description: "It is done.", bodies: json(doneSchema) }] as const;

const plan = operationRoute({
  ...change,
  method: "put",
  path: "/v1/admin/usage/{kind}/{id}/plan",
  summary: "Give a subject another plan",
  body: z.strictObject({ plan: z.string() }),
  operation: "usage.assign-plan",
  success: done,
});

const suspend = operationRoute({
  ...change,
  method: "put",
  path: "/v1/admin/usage/{kind}/{id}/suspension",
  summary: "Admit nothing more of a subject",
  body: z.strictObject({ because: z.string().min(1).max(500) }),
  operation: "usage.suspend",
  success: done,
});

const resume = operationRoute({
  ...change,
  method: "delete",
  path: "/v1/admin/usage/{kind}/{id}/suspension",
  summary: "End a suspension",
  operation: "usage.resume",
  success: done,
});

const policy = operationRoute({
  method: "get",
  path: "/v1/admin/policy",
  tag,
  summary: "The policy in force, and its versions",
  operation: "policy.read",
  input: () => ({}),
  success: [
    {
      status: "ok",
      description: "The policy.",
      bodies: json(z.looseObject({ version: count, policy: z.looseObject({}) })),
    },
  ],
});

/** Routes for administrators, and of usage. */
export const administrationRoutes: readonly Route[] = [counts, usage, plan, suspend, resume, policy];
