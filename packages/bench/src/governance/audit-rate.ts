import { randomBytes } from "node:crypto";
import { MemoryTableStore, type TableStore } from "@artguard/core";
import { newAuditKeyPair, openAuditLog, type SecurityContext } from "@artguard/governance";

const together = 1000;

const context: SecurityContext = {
  principal: { kind: "user", id: "cognito-sub-ada" },
  organizations: [{ organizationId: "tec", roles: ["data_analyst"] }],
  roles: [],
  permissions: [],
  clientAddress: "198.51.100.45",
  country: "CR",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  authentication: { method: "token", strength: "single", credentialId: "token-17" },
};

/** Entries a second: written, and verified again with a checkpoint. */
export interface AuditRate {
  readonly appended: number;
  readonly verified: number;
  /** Of appending, of one core: less than 1 when other programs had the machine. */
  readonly busy: number;
}

/**
 * Appends the spec's example event, 1,000 calls at once, with pseudonyms, redaction, chain, tree and signed checkpoints.
 *
 * @param tables Default in memory.
 */
export async function auditRate(events: number, tables: TableStore = new MemoryTableStore()): Promise<AuditRate> {
  const { signingKey } = newAuditKeyPair("example.org/audit");
  const log = await openAuditLog({ tables, signingKey, secret: randomBytes(32) });
  const append = (_: unknown, number: number) =>
    log.logDataAccess(context, {
      type: "dataset.access",
      operation: "dataset.query",
      outcome: "success",
      resource: { kind: "dataset", id: "dataset_1" },
      details: {
        classification: "SENSITIVE",
        query_hash: "gsergherhqergqwerge",
        approval_required: false,
        user_agent: "Mozilla/5.0...",
        rows_accessed: 1500,
        processing_time_ms: number,
      },
    });
  const begun = [performance.now(), process.cpuUsage()] as const;
  for (let written = 0; written < events; written += together) {
    await Promise.all(Array.from({ length: Math.min(together, events - written) }, append));
  }
  const [elapsed, cpu] = [performance.now() - begun[0], process.cpuUsage(begun[1])];
  const checkpoint = await log.checkpoint();
  const verifying = performance.now();
  const { ok } = await log.verify({ checkpoint });
  if (!ok) throw new Error("the log of the benchmark does not verify");
  return {
    appended: (events / elapsed) * 1000,
    verified: (events / (performance.now() - verifying)) * 1000,
    busy: (cpu.user + cpu.system) / 1000 / elapsed,
  };
}
