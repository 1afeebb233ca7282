import type { UserStanding } from "@artguard/governance";
import { z } from "zod";
import { type MediaBody, numberInQuery, type RequestValues } from "../route.ts";

/** A body of JSON. */
export function json(schema: z.ZodType): readonly MediaBody[] {
  return [{ type: "application/json", schema }];
}

/** Part of a list. */
export const pageQuery = z.object({
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,8192}$/)
    .optional()
    .describe("Of the page before."),
  limit: numberInQuery.min(1).max(1000).optional().describe("1–1000."),
});

/** A page of things. */
export function pageSchema(item: z.ZodType) {
  return z.object({
    items: z.array(item),
    cursor: z.string().optional().describe("For the next page; absent on the last one."),
  });
}

/** Id of a user; core also refuses control characters. */
export const userId = z.string().regex(/^(anon#)?[^\s#]{1,128}$/);
/** `noun.verb`. */
export const permission = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/);
/** `noun.verb`, `noun.*` or `*`. */
export const permissionPattern = z.string().regex(/^(\*|[a-z][a-z0-9-]*\.(\*|[a-z][a-z0-9-]*))$/);

/** A query for somebody's things. */
export const whoseQuery = z.object({ user_id: userId.optional().describe("Whose; default the caller's own.") });

/** One server-sent event. */
export const eventSchema = z.object({
  id: z.string().optional(),
  event: z.string(),
  data: z.string().describe("JSON: what happened, with its type."),
});

/** Such a query in governance's words. */
export function whose({ user_id, ...rest }: RequestValues): object {
  return { ...rest, ...(user_id !== undefined && { userId: user_id }) };
}

/** Names of roles. */
export const roles = z.array(z.string().min(1).max(128)).max(50);
/** What a user is. */
export const standingSchema = z.object({
  user_id: z.string(),
  roles: z.array(z.string()).describe("Everywhere."),
  organizations: z.array(z.object({ organization_id: z.string(), roles: z.array(z.string()) })),
});

/** What a user is, of `user.roles`. */
export function standingJson(output: unknown): z.output<typeof standingSchema> {
  const { user_id, roles, organizations } = output as UserStanding & { readonly user_id: string };
  const members = organizations.map(({ organizationId: organization_id, roles }) => ({
    organization_id,
    roles: [...roles],
  }));
  return { user_id, roles: [...roles], organizations: members };
}

/** An answer that says nothing but that it is done. */
export const doneSchema = z.object({});
