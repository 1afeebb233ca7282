import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryTableStore } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { afterAll, beforeAll, describe } from "vitest";
import { LocalTableStore } from "../../../core/test/dynamodb/local-tables.ts";
import { auditLogContract } from "./audit-log-contract.ts";

auditLogContract("memory", async (now) => new MemoryTableStore({ now }));

describe("with files", () => {
  const folder = mkdtempSync(join(tmpdir(), "artguard-audit-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  auditLogContract("SQLite", (now) => sqlite({ path: join(folder, `${++files}.db`), now }));
});

describe.skipIf(!canRunDynamoDBLocal())("with a server", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());
  auditLogContract("DynamoDB Local", async (now) => LocalTableStore.in(local, { now }));
});
