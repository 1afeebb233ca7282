import { auditCategoryNames, logEntrySchema } from "@artguard/governance";
import { z } from "zod";
import { numberInQuery, operationRoute, type RequestValues, type Route } from "../route.ts";
import { json, pageQuery, pageSchema, userId } from "./schemas.ts";

const tag = "audit";
const moment = numberInQuery.nonnegative().optional().describe("Epoch milliseconds, inclusive.");
const filter = pageQuery.extend({
  action: z.string().min(1).max(128).optional().describe("Type of the event, such as `access.refused`."),
  category: z.enum(auditCategoryNames).optional(),
  from: moment,
  to: moment,
  effect: z.enum(["success", "refused", "failed"]).optional(),
  order: z.enum(["oldest_first", "newest_first"]).optional().describe("Default `newest_first`."),
});
const entries = json(
  pageSchema(
    z.object({ category: z.enum(auditCategoryNames), index: z.number().int().nonnegative(), entry: logEntrySchema }),
  ),
);
const reportSchema = z.object({
  ok: z.boolean(),
  logs: z.record(z.string(), z.unknown()),
  findings: z.array(z.unknown()),
});

const query = operationRoute({
  method: "get",
  path: "/v1/audit",
  tag,
  summary: "Entries of the log, by at least one of user, action and category",
  query: filter.extend({ user_id: userId.optional().describe("Who acted.") }),
  operation: "audit.query",
  input: ({ user_id, ...rest }: RequestValues) => ({ ...rest, ...(user_id !== undefined && { user: user_id }) }),
  success: [{ status: "ok", description: "A page of entries.", bodies: entries }],
});

const history = operationRoute({
  method: "get",
  path: "/v1/audit/history",
  tag,
  summary: "What the caller did",
  query: filter,
  operation: "audit.history",
  input: (values) => values,
  success: [{ status: "ok", description: "A page of entries.", bodies: entries }],
});

const verify = operationRoute({
  method: "post",
  path: "/v1/audit/verify",
  tag,
  summary: "Read the whole log and say whether it is what was written",
  body: z.strictObject({ checkpoint: z.string().exactOptional().describe("Of before, kept outside.") }),
  operation: "audit.verify",
  input: (values) => values,
  success: [{ status: "ok", description: "What was found.", bodies: json(reportSchema) }],
});

const checkpoint = operationRoute({
  method: "get",
  path: "/v1/audit/checkpoint",
  tag,
  summary: "The signed state of the log, to be kept outside",
  operation: "audit.checkpoint",
  input: () => ({}),
  success: [{ status: "ok", description: "C2SP notes.", bodies: json(z.object({ checkpoint: z.string() })) }],
});

/** Routes of the audit log; there where its operations are. */
export const auditRoutes: readonly Route[] = [query, history, verify, checkpoint];
