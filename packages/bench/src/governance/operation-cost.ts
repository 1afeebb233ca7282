import type { TableStore } from "@artguard/core";
import { type AuditLog, defineOperation, governed, openAccess, type SecurityContext } from "@artguard/governance";
import { z } from "zod";
import { median, quantile } from "../storage/overhead.ts";

/** What one operation costs beside its handler, in milliseconds. */
export interface OperationCost {
  readonly calls: number;
  readonly median: number;
  readonly p90: number;
}

const caller: SecurityContext = {
  principal: { kind: "user", id: "ada" },
  organizations: [{ organizationId: "museum", roles: ["user"] }],
  roles: [],
  permissions: [],
  traceId: "0af7651916cd43dd8448eb211c80319c",
  authentication: { method: "token", strength: "single" },
};

/** Reads that are authorised by a role, with the grants on the resource looked up, and audited; the handler does nothing. */
export async function timeOperations(tables: TableStore, audit: AuditLog, calls: number): Promise<OperationCost> {
  const read = defineOperation({
    name: "analysis.read",
    input: z.strictObject({ requestId: z.string() }),
    permission: "analysis.read",
    effect: "read",
    audit: "data-access",
    target: ({ requestId }) => ({ kind: "analysis", id: requestId, ownerId: "ada" }),
    handler: async () => undefined,
  });
  const access = await openAccess({ tables });
  const identity = { authenticate: async () => caller };
  const { run } = governed({ operations: [read], audit, access, identity });
  const times: number[] = [];
  const warmUp = Math.ceil(calls / 10);
  for (let n = 0; n < warmUp + calls; n++) {
    const start = performance.now();
    await run(read, { requestId: `a${n}` }, {});
    if (n >= warmUp) times.push(performance.now() - start);
  }
  return { calls, median: median(times), p90: quantile(times, 0.9) };
}
