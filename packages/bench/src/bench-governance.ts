// What governance costs: `npm run bench:governance`.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryTableStore } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { newAuditKeyPair, openAuditLog } from "@artguard/governance";
import { type AuditRate, auditRate } from "./governance/audit-rate.ts";
import { jwtRate } from "./governance/jwt-rate.ts";
import { type OperationCost, timeOperations } from "./governance/operation-cost.ts";
import { textTable } from "./report/text-table.ts";

const [rounds, events, calls] = [5, 20_000, 2000];

const audit = await medianAuditRate();
const cost = await operationCost();
const verified = await jwtRate();

console.log(
  `Audit log in memory, ${events} events, 1,000 calls at once; median of ${rounds} rounds after a warm-up.
Operations in-process one after the other, access and audit included: ${calls} calls, policy and grants in SQLite on disk,
audit log in memory. Access tokens: ES256, one after the other, all checks but revocation.\n`,
);
const perSecond = (rate: number) => `${Math.round(rate)}/s`;
const milliseconds = (time: number) => `${time.toFixed(3)} ms`;
console.log(
  textTable(
    ["figure", "measured", "asked"],
    [
      ["authorise + audit one operation, median", milliseconds(cost.median), "≤ 0.5 ms"],
      ["the same, 90th percentile", milliseconds(cost.p90), ""],
      ["chained audit events", perSecond(audit.appended), "≥ 20000/s"],
      ["the same per second of processor time", perSecond(audit.appended / audit.busy), ""],
      ["entries verified with a checkpoint", perSecond(audit.verified), ""],
      ["access tokens verified", perSecond(verified.perSecond), "≥ 5000/s"],
      ["the same per second of processor time", perSecond(verified.perCoreSecond), ""],
    ],
  ),
);

async function medianAuditRate(): Promise<AuditRate> {
  await auditRate(events);
  const rates: AuditRate[] = [];
  for (let round = 0; round < rounds; round++) rates.push(await auditRate(events));
  rates.sort((a, b) => a.appended - b.appended);
  return rates[Math.floor(rounds / 2)]!;
}

async function operationCost(): Promise<OperationCost> {
  const folder = await mkdtemp(join(tmpdir(), "artguard-bench-governance-"));
  const tables = await sqlite({ path: join(folder, "artguard.db") });
  const { signingKey } = newAuditKeyPair("example.org/audit");
  const log = await openAuditLog({ tables: new MemoryTableStore(), signingKey, secret: randomBytes(32) });
  try {
    return await timeOperations(tables, log, calls);
  } finally {
    await tables[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}
