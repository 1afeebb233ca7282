import { z } from "zod";
import { operationRoute, type Route } from "../route.ts";
import { json, pageSchema, permissionPattern, whose, whoseQuery } from "./schemas.ts";

const tag = "api keys";
const prefix = z
  .string()
  .regex(/^[0-9a-f]{12}$/)
  .describe("The 12 digits by which the list names a key.");
const keySchema = z.object({
  prefix,
  name: z.string(),
  created_at: z.number().describe("Epoch milliseconds."),
  last_used: z.number().optional(),
  revoked_at: z.number().optional(),
  scopes: z.array(z.string()).optional(),
  valid_until: z.number().optional(),
  second_factor: z.boolean().optional(),
});

const create = operationRoute({
  method: "post",
  path: "/v1/api-keys",
  tag,
  summary: "Make a key; it is shown this once",
  body: z.strictObject({
    name: z.string().min(1).max(200),
    scopes: z
      .array(permissionPattern)
      .min(1)
      .max(50)
      .exactOptional()
      .describe("Permissions; default all of the caller's."),
    valid_until: z.number().int().exactOptional().describe("Epoch milliseconds; default no end."),
    second_factor: z
      .boolean()
      .exactOptional()
      .describe("To be shown at logins beside the password; made in a session with two factors alone."),
  }),
  operation: "api-key.create",
  input: ({ valid_until, second_factor, ...rest }) => ({
    ...rest,
    ...(valid_until !== undefined && { validUntil: valid_until }),
    ...(second_factor !== undefined && { secondFactor: second_factor }),
  }),
  success: [{ status: "created", description: "The key.", bodies: json(keySchema.extend({ key: z.string() })) }],
});

const list = operationRoute({
  method: "get",
  path: "/v1/api-keys",
  tag,
  summary: "The keys, also revoked ones",
  query: whoseQuery,
  operation: "api-key.list",
  input: whose,
  success: [{ status: "ok", description: "All keys.", bodies: json(pageSchema(keySchema)) }],
  output: (items) => ({ items }),
});

const revoke = operationRoute({
  method: "delete",
  path: "/v1/api-keys/{prefix}",
  tag,
  summary: "End a key at once",
  path_parameters: z.object({ prefix }),
  query: whoseQuery,
  operation: "api-key.revoke",
  input: whose,
  success: [{ status: "ok", description: "The key.", bodies: json(keySchema) }],
});

/** Routes of API keys. */
export const apiKeyRoutes: readonly Route[] = [create, list, revoke];
