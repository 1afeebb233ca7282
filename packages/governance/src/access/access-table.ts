import { defineTable } from "@artguard/core";
import { z } from "zod";
import { type Grant, grantSchema } from "./grant.ts";

/** One version of the policy; never changed once it is written. */
export const policyVersionSchema = z.object({
  access_id: z.literal("POLICY"),
  /** The number, of ten digits, so that versions are in order. */
  entry: z.string().regex(/^\d{10}$/),
  version: z.number().int().positive(),
  /** The policy as JSON. */
  policy: z.string(),
  changed_by: z.string().min(1),
  created_at: z.number().int().nonnegative(),
  /** The version whose content this one has again. */
  reverts_to: z.number().int().nonnegative().optional(),
});
/** See `policyVersionSchema`. */
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

const headSchema = z.object({
  access_id: z.literal("POLICY"),
  entry: z.literal("head"),
  version: z.number().int().positive(),
});
type Head = z.infer<typeof headSchema>;

type Key = { access_id: string; entry: string };

/** Any item of the access table. */
export type AccessItem = Key & Partial<Omit<Grant, keyof Key> & Omit<PolicyVersion, keyof Key> & Omit<Head, keyof Key>>;

/**
 * Name of the table in an environment.
 *
 * @example
 * accessTableName("prod"); // artguard-access-prod
 */
export const accessTableName = (environment: string) => `artguard-access-${environment}`;

/**
 * Grants and versions of the policy.
 *
 * @param name Default `artguard-access-dev`.
 * @example
 * const table = await tables.open(defineAccessTable(accessTableName("prod")));
 */
export function defineAccessTable(name = accessTableName("dev")) {
  return defineTable<AccessItem>({
    name,
    key: { partition: "access_id", sort: "entry" },
    indexes: {
      "grantee-index": { partition: "grantee", sort: "created_at" },
      "granter-index": { partition: "granted_by", sort: "created_at", projection: "keys" },
    },
    ttl: "delete_after",
    schema: z.union([grantSchema, policyVersionSchema, headSchema]),
  });
}
