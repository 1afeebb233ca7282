import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { openGeography } from "@artguard/governance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalTableStore } from "../../../core/test/dynamodb/local-tables.ts";
import { contextOf } from "../fixtures/contexts.ts";
import { testClock } from "../fixtures/stores.ts";
import { agreeingCustodians } from "./custodians.ts";
import { createUsers, openWorld, refusalOf, secret } from "./world.ts";

const refused = (code: string) => expect.objectContaining({ code });
const ada = { email: "ada@example.org", password: "vivalaliga" };
const group = {
  kind: "group",
  legal_name: "G",
  country: "CR",
  contact_email: "g@example.org",
  coordinator: "C",
  purpose: "p",
} as const;

describe.skipIf(!canRunDynamoDBLocal())("on DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  async function opened() {
    const clock = testClock();
    const tables = LocalTableStore.in(local, { now: clock.now });
    const { gate } = agreeingCustodians();
    const world = await openWorld({ tables, development: { secret }, approvals: gate }, clock);
    await createUsers(world.users);
    const issuer = world.identity.development!;
    await issuer.setPassword("ada", ada.password);
    await world.identity.directory.registerOrganization("galeria", group);
    await world.identity.directory.addMember("galeria", "ada", ["curator"]);
    return { ...world, issuer, gate };
  }

  it("a session is begun, renewed, and ended by a refresh token that comes twice", async () => {
    const { issuer } = await opened();
    const first = await issuer.login(ada);
    const second = await issuer.refresh({ refresh_token: first.refresh_token });
    await expect(issuer.validateSession(second.access_token)).resolves.toMatchObject({ valid: true });
    await expect(issuer.refresh({ refresh_token: first.refresh_token })).rejects.toThrow(
      refused("identity.refresh-reused"),
    );
    await expect(issuer.validateSession(second.access_token)).rejects.toThrow(refused("identity.revoked"));
  });

  it("five of thirty guesses at the same moment are looked at", async () => {
    const { issuer } = await opened();
    const guesses = Array.from({ length: 30 }, (_, index) => issuer.login({ ...ada, password: `guess ${index}` }));
    const codes = (await Promise.all(guesses.map(refusalOf))).map(({ code }) => code);
    expect(codes.filter((code) => code === "identity.invalid-credentials")).toHaveLength(5);
  });

  it("a delegation holds for its time, and all of a user is forgotten", async () => {
    const { identity, clock } = await opened();
    const { directory } = identity;
    const delegation = { organizationId: "galeria", userId: "bob", roles: ["curator"], validUntil: clock.ms + 1000 };
    await refusalOf(directory.delegations.create(contextOf("ada"), delegation));
    await directory.delegations.create(contextOf("ada"), delegation, "approval-1");
    expect((await directory.standingOf("bob")).organizations).toEqual([
      { organizationId: "galeria", roles: ["curator"] },
    ]);
    expect(await directory.delegations.delegatesOf("ada")).toEqual(["bob"]);
    await identity.forgetUser("ada");
    expect(await directory.standingOf("ada")).toEqual({ roles: [], organizations: [] });
    expect(await directory.membersOf("galeria")).toEqual([]);
  });

  it("a key and its revocation are known at once, and an organisation's networks", async () => {
    const { identity, apiKeys, users, tables, gate, clock } = await opened();
    const user = await users.findByEmail(ada.email);
    const { key, prefix } = await apiKeys.create(user!.user_id, "one", { scopes: ["analysis.read"] });
    const context = await identity.authenticator.authenticate({ kind: "api_key", key });
    expect(context.scopes).toEqual(["analysis.read"]);
    await apiKeys.revoke(user!.user_id, prefix);
    await expect(identity.authenticator.authenticate({ kind: "api_key", key })).rejects.toThrow(
      refused("user.invalid-api-key"),
    );
    const geography = await openGeography({ tables, approvals: gate, now: clock.now });
    const change = { organizationId: "galeria", networks: ["192.0.2.0/24"] };
    await refusalOf(geography.changeNetworks(contextOf("admin"), change));
    await geography.changeNetworks(contextOf("admin"), change, "approval-1");
    expect(await geography.networks("galeria")).toEqual(["192.0.2.0/24"]);
  });
});
