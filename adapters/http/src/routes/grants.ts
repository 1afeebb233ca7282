import { z } from "zod";
import { operationRoute, type RequestValues, type Route } from "../route.ts";
import { json, pageQuery, pageSchema, permission } from "./schemas.ts";

const tag = "sharing";
const id = z.string().min(1).max(256);
const kind = z.string().min(1).max(64);
const granteeKind = z.enum(["user", "organization"]);
const grantSchema = z.looseObject({
  grant_id: z.string(),
  resource_kind: z.string(),
  resource_id: z.string(),
  grantee: z.string(),
  permission: z.string(),
  granted_by: z.string(),
  created_at: z.number().describe("Epoch milliseconds."),
  expires_at: z.number().optional(),
});

const create = operationRoute({
  method: "post",
  path: "/v1/grants",
  tag,
  summary: "Share something of one's own",
  body: z.strictObject({
    resource: z.strictObject({ kind, id }),
    grantee: z.strictObject({ kind: granteeKind, id }),
    permission,
    purpose: z.string().min(1).exactOptional(),
    expires_at: z.number().int().nonnegative().exactOptional().describe("Epoch milliseconds; default until revoked."),
  }),
  operation: "grant.create",
  input: ({ expires_at, ...rest }) => ({ ...rest, ...(expires_at !== undefined && { expiresAt: expires_at }) }),
  success: [{ status: "created", description: "The grant.", bodies: json(grantSchema) }],
});

const revoke = operationRoute({
  method: "delete",
  path: "/v1/grants",
  tag,
  summary: "Take a grant back, at once",
  query: z.object({
    resource_kind: kind,
    resource_id: id,
    grantee_kind: granteeKind,
    grantee_id: id,
    permission,
  }),
  operation: "grant.revoke",
  input: ({ resource_kind, resource_id, grantee_kind, grantee_id, permission }) => ({
    resource: { kind: resource_kind, id: resource_id },
    grantee: { kind: grantee_kind, id: grantee_id },
    permission,
  }),
  success: [{ status: "ok", description: "Whether there was one.", bodies: json(z.object({ revoked: z.boolean() })) }],
});

const list = operationRoute({
  method: "get",
  path: "/v1/grants",
  tag,
  summary: "Who may do what with something of one's own",
  query: z.object({ resource_kind: kind, resource_id: id }).extend(pageQuery.shape),
  operation: "grant.list",
  input: ({ resource_kind, resource_id, ...page }: RequestValues) => ({
    ...page,
    resource: { kind: resource_kind, id: resource_id },
  }),
  success: [{ status: "ok", description: "A page of grants.", bodies: json(pageSchema(grantSchema)) }],
});

const received = operationRoute({
  method: "get",
  path: "/v1/grants/received",
  tag,
  summary: "What others share with the caller, newest first",
  query: pageQuery,
  operation: "grant.received",
  input: (values) => values,
  success: [{ status: "ok", description: "A page of grants.", bodies: json(pageSchema(grantSchema)) }],
});

/** Routes of grants. */
export const grantRoutes: readonly Route[] = [create, revoke, list, received];
