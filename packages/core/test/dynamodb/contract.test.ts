import { tableStoreContract } from "@artguard/core/testing";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { afterAll, beforeAll, describe, it } from "vitest";
import { LocalTableStore } from "./local-tables.ts";

describe.skipIf(!canRunDynamoDBLocal())("DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  tableStoreContract({ describe, it }, "DynamoDBTableStore", {
    create: async (options) => LocalTableStore.in(local, options),
    capabilities: { validatesResults: false, deletesExpired: false, ownTokenClock: false },
  });
});
