import { accountTiers, type ExportedFile, type User } from "@artguard/core";
import { makeZip } from "client-zip";
import { z } from "zod";
import { successStatus } from "../error-to-status.ts";
import { attempt, refused } from "../governed-call.ts";
import { operationRoute, type Route, valuesOf } from "../route.ts";
import { json, userId, whose, whoseQuery } from "./schemas.ts";

const tag = "user";
const count = z.number().int().nonnegative();
const nameChange = z.string().min(1).max(200).nullable().exactOptional();
/** A user as it is answered. */
export const userJsonSchema = z.looseObject({
  user_id: z.string(),
  email: z.string().optional(),
  account_tier: z.enum(accountTiers),
  total_uploads: count,
  created_at: z.number().describe("Epoch milliseconds."),
  last_login: z.number().describe("Epoch milliseconds."),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  company: z.string().optional(),
  monthly_quota: count.optional(),
  quota_used: count.optional(),
});
const quotaSchema = z.object({
  account_tier: z.enum(accountTiers),
  quota_period: z.string(),
  quota_used: count,
  limit: count.nullable().describe("Analyses a month; null is unlimited."),
  resets_at: z.number().describe("Epoch milliseconds."),
});
const receiptSchema = z.object({
  user_id: z.string(),
  requested_at: z.number(),
  completed_at: z.number(),
  erased: z.object({
    analyses: count,
    versions: count,
    objects: count,
    markers: count,
    statements: count,
    users: count,
  }),
  residues: z.array(z.object({ what: z.string(), until: z.string(), why: z.string() })),
});

const read = operationRoute({
  method: "get",
  path: "/v1/user",
  tag,
  summary: "The profile",
  query: whoseQuery,
  operation: "user.read",
  input: whose,
  success: [{ status: "ok", description: "The user.", bodies: json(userJsonSchema) }],
  output: userJson,
});

const update = operationRoute({
  method: "patch",
  path: "/v1/user",
  tag,
  summary: "Change the profile; null takes a value away",
  query: whoseQuery,
  body: z.strictObject({ first_name: nameChange, last_name: nameChange, company: nameChange }),
  operation: "user.update-profile",
  input: whose,
  success: [{ status: "ok", description: "The user.", bodies: json(userJsonSchema) }],
  output: userJson,
});

const quota = operationRoute({
  method: "get",
  path: "/v1/user/quota",
  tag,
  summary: "How many analyses are left in this month",
  query: whoseQuery,
  operation: "user.quota",
  input: whose,
  success: [{ status: "ok", description: "The quota.", bodies: json(quotaSchema) }],
});

const exportAll: Route = {
  method: "get",
  path: "/v1/user/export",
  tag,
  summary: "Everything that is kept of the user (GDPR, articles 15 and 20)",
  description: "A ZIP file, made while it is sent. It is whole only with its last file, `manifest.json`.",
  query: whoseQuery,
  success: [{ status: "ok", description: "The files.", bodies: [{ type: "application/zip" }] }],
  handle: async (c, app) => {
    const values = await valuesOf(c, app, exportAll);
    const outcome = await attempt(c, app, "user.export", whose(values), { signal: c.req.raw.signal });
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    const files = outcome.output as AsyncIterable<ExportedFile>;
    const onError = (error: unknown) => app.onError(error, c.get("traceId"));
    return c.body(makeZip(zipEntries(files, onError)), successStatus.ok, {
      "Content-Type": "application/zip",
      "Content-Disposition": 'attachment; filename="artguard-export.zip"',
    });
  },
};

/** `DELETE /api/user/{user_id}/data`, as the spec has it. */
const erase = operationRoute({
  method: "delete",
  path: "/api/user/{user_id}/data",
  tag,
  summary: "Erase everything that is kept of a user (GDPR, article 17)",
  path_parameters: z.object({ user_id: userId }),
  operation: "user.erase",
  input: whose,
  success: [{ status: "ok", description: "The receipt.", bodies: json(receiptSchema) }],
});

/** Routes of accounts. */
export const userRoutes: readonly Route[] = [read, update, quota, exportAll, erase];

/** Nobody outside has a use for the hash of a key. */
export function userJson(output: unknown): object {
  const { api_key_hash: _, ...rest } = output as User;
  return rest;
}

async function* zipEntries(files: AsyncIterable<ExportedFile>, onError: (error: unknown) => void) {
  for await (const { path, bytes } of told(files, onError)) yield { name: path, input: bytes };
}

/** The answer has begun: it can only be broken off, which the host is told of and writes down without what went wrong. */
async function* told(files: AsyncIterable<ExportedFile>, onError: (error: unknown) => void) {
  try {
    yield* files;
  } catch (error) {
    onError(error);
    throw new Error("the export broke off");
  }
}
