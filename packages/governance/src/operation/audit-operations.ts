import { z } from "zod";
import { auditCategoryNames } from "../audit/audit-category.ts";
import type { TableAuditLog } from "../audit/open-audit-log.ts";
import { isPeriod, notAPeriod, page, period } from "./core-operations/inputs.ts";
import { defineOperation } from "./operation.ts";

const filter = {
  ...page,
  /** Type of the event, `access.refused`. */
  action: z.string().min(1).max(128).exactOptional(),
  category: z.enum(auditCategoryNames).exactOptional(),
  ...period,
  effect: z.enum(["success", "refused", "failed"]).exactOptional(),
  order: z.enum(["oldest_first", "newest_first"]).exactOptional(),
};
const onLog = {
  permission: "audit.read",
  effect: "read",
  audit: "security",
  target: () => ({ kind: "audit" }),
} as const;

/**
 * Operations on the audit log, for auditors, and on what the caller did itself. Give them to `createGovernance` as
 * `operations` where callers from outside shall have them.
 *
 * @example
 * createGovernance({ ...services, audit, operations: Object.values(auditOperations(audit)) });
 */
export function auditOperations(log: Pick<TableAuditLog, "query" | "myHistory" | "verify" | "checkpoint">) {
  return {
    query: defineOperation({
      ...onLog,
      name: "audit.query",
      /** At least one of `user`, `action` and `category`. */
      input: z
        .strictObject({ ...filter, user: z.string().min(1).max(256).exactOptional() })
        .refine(isPeriod, notAPeriod),
      handler: (query, { signal }) => log.query({ ...query, ...(signal && { signal }) }),
    }),
    history: defineOperation({
      ...onLog,
      name: "audit.history",
      permission: "audit.history",
      input: z.strictObject(filter).refine(isPeriod, notAPeriod),
      target: (_, { principal }) => ({ kind: "audit", ownerId: principal.id }),
      handler: (query, { context, signal }) => log.myHistory(context, { ...query, ...(signal && { signal }) }),
    }),
    verify: defineOperation({
      ...onLog,
      name: "audit.verify",
      /** `checkpoint`: what `audit.checkpoint` gave some time ago, kept outside. */
      input: z.strictObject({ checkpoint: z.string().max(65_536).exactOptional() }),
      handler: (options, { signal }) => log.verify({ ...options, ...(signal && { signal }) }),
    }),
    checkpoint: defineOperation({
      ...onLog,
      name: "audit.checkpoint",
      input: z.strictObject({}),
      handler: async () => ({ checkpoint: await log.checkpoint() }),
    }),
  };
}
