import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { afterAll, beforeAll, describe } from "vitest";
import { LocalTableStore } from "../../core/test/dynamodb/local-tables.ts";
import type { MakeTableStore } from "../../core/test/fixtures/table-stores.ts";
import { approvalsSuite } from "./approvals/approvals-suite.ts";
import { entityKeysSuite } from "./keys/entity-keys-suite.ts";

describe.skipIf(!canRunDynamoDBLocal())("DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  const make: MakeTableStore = async (clock) => LocalTableStore.in(local, { now: () => clock.ms });
  describe("Approvals", () => approvalsSuite(make));
  describe("EntityKeys", () => entityKeysSuite(make));
});
