import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { afterAll, beforeAll, describe } from "vitest";
import { analysisRepositorySuite } from "../analysis/analysis-repository-suite.ts";
import { disputesSuite } from "../analysis/disputes-suite.ts";
import { openWorkSuite } from "../analysis/open-work-suite.ts";
import type { MakeTableStore } from "../fixtures/table-stores.ts";
import { LocalTableStore } from "./local-tables.ts";

describe.skipIf(!canRunDynamoDBLocal())("records on DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  const make: MakeTableStore = async (clock) => LocalTableStore.in(local, { now: () => clock.ms });
  analysisRepositorySuite("DynamoDB Local", make);
  openWorkSuite("DynamoDB Local", make);
  disputesSuite("DynamoDB Local", make);
});
