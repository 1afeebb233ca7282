import { describe, expect, it } from "vitest";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { openForge, sign } from "./forge.ts";
import { createUsers, openWorld } from "./world.ts";

const refused = (code: string) => expect.objectContaining({ code });

async function openKeys(make = storeKinds[0]![1]) {
  const clock = testClock();
  const tables = await openedStore(make, clock.now);
  const world = await openWorld({ tables }, clock);
  await createUsers(world.users);
  const ada = (await world.users.findByEmail("ada@example.org"))!.user_id;
  return { ...world, ada };
}

describe.each(storeKinds)("an API key in %s", (_, make) => {
  it("makes the context of its user, limited to its scopes, with address, country and trace of the request", async () => {
    const { identity, apiKeys, ada } = await openKeys(make);
    await identity.directory.assignRoles("ada", ["analyst"]);
    const { key, prefix } = await apiKeys.create(ada, "one", { scopes: ["dataset.read"] });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const facts = { clientAddress: "192.0.2.1", country: "CR", traceId };
    expect(await identity.authenticator.authenticate({ kind: "api_key", key }, facts)).toEqual({
      principal: { kind: "user", id: "ada" },
      roles: ["analyst"],
      organizations: [],
      scopes: ["dataset.read"],
      permissions: ["dataset.read", "query.execute"],
      authentication: { method: "api_key", strength: "single", credentialId: prefix },
      ...facts,
    });
  });

  it("is dead in every process with the acknowledgement of its revocation, and at its end", async () => {
    const { identity, apiKeys, ada, tables, clock } = await openKeys(make);
    const elsewhere = (await openWorld({ tables }, clock)).apiKeys;
    const { key, prefix } = await apiKeys.create(ada, "one");
    const short = await apiKeys.create(ada, "two", { validUntil: clock.now() + 1000 });
    const authenticate = (text: string) => identity.authenticator.authenticate({ kind: "api_key", key: text });
    await expect(authenticate(key)).resolves.toMatchObject({ principal: { id: "ada" } });
    await elsewhere.revoke(ada, prefix);
    await expect(authenticate(key)).rejects.toThrow(refused("user.invalid-api-key"));
    await expect(authenticate(short.key)).resolves.toMatchObject({ principal: { id: "ada" } });
    clock.ms += 1000;
    await expect(authenticate(short.key)).rejects.toThrow(refused("user.invalid-api-key"));
  });
});

describe("the authenticator", () => {
  it("gives nobody's context to who proves nothing", async () => {
    const { identity } = await openKeys();
    const context = await identity.authenticator.authenticate({ kind: "none" }, { clientAddress: "192.0.2.1" });
    expect(context).toMatchObject({
      principal: { kind: "anonymous" },
      permissions: [],
      clientAddress: "192.0.2.1",
      authentication: { method: "none", strength: "none" },
    });
  });

  it("takes no token where no issuer is known, and no call that is over", async () => {
    const { identity } = await openKeys();
    const { now } = testClock();
    const token = await sign(await openForge(now));
    await expect(identity.authenticator.authenticate({ kind: "token", token })).rejects.toThrow(
      refused("identity.invalid-token"),
    );
    const signal = AbortSignal.abort(new Error("over"));
    await expect(identity.authenticator.authenticate({ kind: "none" }, { signal })).rejects.toThrow("over");
  });

  it.each([
    [["pwd"], undefined, "single"],
    [["pwd", "pin"], undefined, "single"],
    [["pwd", "otp"], undefined, "multi"],
    [["hwk", "fpt"], undefined, "multi"],
    [["mfa"], undefined, "multi"],
    [["unknown", "constructor"], undefined, "single"],
    [undefined, "urn:two", "multi"],
    [undefined, "urn:one", "single"],
    [undefined, ["urn:two"], "single"],
  ])("takes amr %j and acr %j for a %s proof, at the time of auth_time", async (amr, acr, strength) => {
    const clock = testClock();
    const forge = await openForge(clock.now, { claims: { multiFactorAcr: ["urn:two"] } });
    const { identity, users } = await openWorld({ issuers: [forge.trusted] }, clock);
    await createUsers(users);
    const auth_time = Math.floor(clock.now() / 1000) - 90;
    const token = await sign(forge, { amr, acr, auth_time });
    const { authentication } = await identity.authenticator.authenticate({ kind: "token", token });
    expect(authentication).toMatchObject({ strength, at: auth_time * 1000 });
    const timeless = await sign(forge, { amr, acr });
    expect(
      (await identity.authenticator.authenticate({ kind: "token", token: timeless })).authentication.at,
    ).toBeUndefined();
  });
});
