import { accountTiers, type User } from "@artguard/core";
import { entitySchema } from "@artguard/governance";
import { z } from "zod";
import { operationRoute, type RequestValues, type Route } from "../route.ts";
import {
  doneSchema,
  json,
  pageQuery,
  pageSchema,
  roles,
  standingJson,
  standingSchema,
  userId,
  whose,
} from "./schemas.ts";
import { userJson, userJsonSchema } from "./users.ts";

const tag = "accounts";
const admin = "/v1/admin/users";
const one = { tag, path_parameters: z.object({ user_id: userId }) } as const;
const password = z.string().min(1).max(1024);
const account_tier = z.enum(accountTiers).exactOptional();
const quota = z.number().int().nonnegative();
const done = [{ status: "ok", description: "It is done.", bodies: json(doneSchema) }] as const;
const standing = [{ status: "ok", description: "Roles and organisations.", bodies: json(standingSchema) }] as const;
const oneself = () => ({});

const create = operationRoute({
  method: "post",
  path: admin,
  tag,
  summary: "Make an account",
  body: z.strictObject({
    user_id: userId.exactOptional().describe("Default a random one."),
    email: z.string().min(3).max(254),
    account_tier,
    monthly_quota: quota.exactOptional(),
    roles: roles.exactOptional().describe("Everywhere; default none."),
    password: password.exactOptional().describe("For the embedded issuer."),
  }),
  operation: "user.create",
  input: whose,
  success: [{ status: "created", description: "The user.", bodies: json(userJsonSchema) }],
  output: userJson,
});

const list = operationRoute({
  method: "get",
  path: admin,
  tag,
  summary: "The users, by tier and time",
  query: pageQuery.extend({ account_tier: z.enum(accountTiers).optional() }),
  operation: "user.list",
  input: (values) => values,
  success: [{ status: "ok", description: "A page of users.", bodies: json(pageSchema(userJsonSchema)) }],
  output: (output) => {
    const { items, ...rest } = output as { readonly items: readonly User[] };
    return { ...rest, items: items.map(userJson) };
  },
});

const readRoles = operationRoute({
  ...one,
  method: "get",
  path: `${admin}/{user_id}/roles`,
  summary: "What a user is",
  operation: "user.roles",
  input: whose,
  success: standing,
  output: standingJson,
});

const assignRoles = operationRoute({
  ...one,
  method: "put",
  path: `${admin}/{user_id}/roles`,
  summary: "Give a user these roles everywhere, in place of those before",
  body: z.strictObject({ roles }),
  operation: "user.assign-roles",
  input: whose,
  success: done,
});

const changePlan = operationRoute({
  ...one,
  method: "put",
  path: `${admin}/{user_id}/plan`,
  summary: "Give a user another tier or quota",
  body: z.strictObject({
    account_tier,
    monthly_quota: quota.nullable().exactOptional().describe("Null goes back to what the tier allows."),
  }),
  operation: "user.change-plan",
  input: whose,
  success: [{ status: "ok", description: "The user.", bodies: json(userJsonSchema) }],
  output: userJson,
});

const setPassword = operationRoute({
  ...one,
  method: "put",
  path: `${admin}/{user_id}/password`,
  summary: "Set a user's password; ends all sessions of the user",
  body: z.strictObject({ password }),
  operation: "user.set-password",
  input: whose,
  success: done,
});

const endSessions = operationRoute({
  ...one,
  method: "delete",
  path: `${admin}/{user_id}/sessions`,
  summary: "End all sessions of a user; API keys stay",
  operation: "user.end-sessions",
  input: whose,
  success: done,
});

const ownRoles = operationRoute({
  method: "get",
  path: "/v1/user/roles",
  tag,
  summary: "What one is oneself",
  operation: "user.roles",
  input: oneself,
  success: standing,
  output: standingJson,
});

const ownPassword = operationRoute({
  method: "put",
  path: "/v1/user/password",
  tag,
  summary: "Change one's own password; ends all sessions",
  body: z.strictObject({ password, current_password: password }),
  operation: "user.set-password",
  input: (values: RequestValues) => values,
  success: done,
});

const ownSessions = operationRoute({
  method: "delete",
  path: "/v1/user/sessions",
  tag,
  summary: "End all of one's own sessions; API keys stay",
  operation: "user.end-sessions",
  input: oneself,
  success: done,
});

const person = operationRoute({
  method: "post",
  path: "/v1/user/person",
  tag,
  summary: "Say who one is, once",
  body: z.strictObject({ entity: entitySchema }),
  operation: "user.register-person",
  input: (values) => values,
  success: done,
});

/** Routes on accounts: for administrators, and on what is one's own. */
export const accountRoutes: readonly Route[] = [
  ...[create, list, readRoles, assignRoles, changePlan, setPassword, endSessions],
  ...[ownRoles, ownPassword, ownSessions, person],
];
