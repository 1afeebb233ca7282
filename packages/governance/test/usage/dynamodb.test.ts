import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { openAccess } from "@artguard/governance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalTableStore } from "../../../core/test/dynamodb/local-tables.ts";
import { contextOf } from "../fixtures/contexts.ts";
import { testClock } from "../fixtures/stores.ts";
import { expectExactlyOneHundred } from "./places.ts";

describe.skipIf(!canRunDynamoDBLocal())("on DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  it("a limit of 100 admits exactly 100 of 200 at the same moment", async () => {
    const { now } = testClock();
    await expectExactlyOneHundred(LocalTableStore.in(local, { now }), now);
  });

  it("a grant is there at once and gone at once, and a policy changes under one of two", async () => {
    const { now } = testClock();
    const tables = LocalTableStore.in(local, { now });
    const [access, elsewhere] = [await openAccess({ tables, now }), await openAccess({ tables, now })];
    const resource = { kind: "analysis", id: "a1", ownerId: "ada" };
    const request = { context: contextOf("bob"), permission: "analysis.read", resource };
    const share = { grantee: { kind: "user", id: "bob" }, resource, permission: "analysis.read" } as const;
    await access.grantPermission(share, "ada");
    expect((await elsewhere.validateAccess(request)).allowed).toBe(true);
    await access.revokeAccess(share);
    expect((await elsewhere.validateAccess(request)).allowed).toBe(false);
    const change = { expected: 0, changedBy: "ada" };
    const both = [access, elsewhere].map((each) => each.changePolicy({ roles: {}, rules: [] }, change));
    expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
