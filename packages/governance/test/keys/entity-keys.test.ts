import { MemoryObjectStore } from "@artguard/core";
import { newSealingKeys, resealShare } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { tableStores } from "../../../core/test/fixtures/table-stores.ts";
import { acting, approvedOpening, entityId, newCustody, pairOf, proveShares, requester } from "../fixtures/custody.ts";

import { entityKeysSuite, newPair, objectsOf, picture, releasedFrom, tripartite } from "./entity-keys-suite.ts";

describe.each(tableStores)("EntityKeys on %s", (_, make) => entityKeysSuite(make));

describe("EntityKeys", () => {
  it("opens managed pairs without custodians, and rotates them", async () => {
    const { keys } = await newCustody();
    await keys.create(requester, { entityId, protection: "managed", algorithm: "rsa-4096" });
    const objects = objectsOf(new MemoryObjectStore(), keys.dataKeys);
    await objects.put("a", picture);
    const before = await keys.publicKeyOf(entityId);
    expect((await keys.rotateManaged(requester, entityId)).algorithm).toBe("rsa-4096");
    expect((await keys.publicKeyOf(entityId)).pair_id).not.toBe(before.pair_id);
    expect(await objects.get("a")).toEqual(picture);
  });

  it("wraps envelope keys by the provider's current key", async () => {
    const custody = await newCustody();
    const objects = objectsOf(new MemoryObjectStore(), custody.keys.platformDataKeys);
    await objects.put("a", picture);
    expect(await custody.keys.rewrapPlatformKeys(requester, entityId)).toBe(1);
    expect(await objects.get("a")).toEqual(picture);
  });

  it("makes keys once", async () => {
    const { keys } = await newCustody();
    const made = await Promise.allSettled(
      Array.from({ length: 3 }, () => keys.create(requester, { entityId, protection: "managed" })),
    );
    expect(made.filter(({ status }) => status === "fulfilled").length).toBe(1);
    await expect(keys.create(requester, { entityId, protection: "managed" })).rejects.toMatchObject({
      code: "keys.exists",
    });
    await expect(keys.publicKeyOf("nobody")).rejects.toMatchObject({ code: "keys.not-found" });
  });

  it("seals no share to a key that gives everybody the same secret", async () => {
    const { keys, ana } = await newCustody();
    const head = (await newSealingKeys()).publicKey.slice(0, 12);
    const weak = { id: "eve", sealingKey: new Uint8Array([...head, ...new Uint8Array(32)]) };
    const custodians = [ana.holder, weak] as const;
    const creating = keys.create(requester, { entityId, protection: "tripartite", custodians });
    await expect(creating).rejects.toMatchObject({ code: "keys.invalid-input" });
  });

  it("gives nothing to a managed entity that only an approved opening gives", async () => {
    const { keys } = await newCustody();
    await keys.create(requester, { entityId, protection: "managed" });
    const opening = keys.requestOpening(requester, { entityId, operation: "x", purpose: "use" });
    await expect(opening).rejects.toMatchObject({ code: "keys.invalid-input" });
  });

  it("destroys an object's key with the object, and the old one when it is replaced", async () => {
    const { keys } = await newCustody();
    const store = new MemoryObjectStore();
    const objects = objectsOf(store, keys.platformDataKeys);
    await objects.put("a", picture);
    const first = await store.get("a");
    await objects.put("a", picture);
    await store.put("a", first);
    await expect(objects.get("a")).rejects.toMatchObject({ code: "keys.shredded" });
    await objects.put("b", picture);
    const second = await store.get("b");
    await objects.delete("b");
    await store.put("b", second);
    await expect(objects.get("b")).rejects.toMatchObject({ code: "keys.shredded" });
  });

  it("recovers by the offline set after a custodian lost the share: a rehearsal", async () => {
    const custody = await newCustody();
    const { keys, ana, ben } = custody;
    const holders = await Promise.all(
      ["safe-1", "safe-2", "safe-3"].map(async (id) => ({ id, ...(await newSealingKeys()) })),
    );
    const recovery = { threshold: 2, holders: holders.map(({ id, publicKey }) => ({ id, sealingKey: publicKey })) };
    const input = { entityId, protection: "tripartite", custodians: pairOf(ana, ben), recovery } as const;
    const { recoverySet } = await keys.create(requester, input);
    expect(custody.audit.events.find(({ type }) => type === "key.created")?.details).toMatchObject({
      custodians: ["ana", "ben"],
      recovery: "2 of 3",
    });
    const store = new MemoryObjectStore();
    await objectsOf(store, keys.dataKeys).put("a", picture);

    const opening = await keys.requestOpening(requester, { entityId, operation: "key.recover", purpose: "recover" });
    const recovered = { entityId, openingId: opening.opening_id };
    const bring = async (index: number) => {
      const { id: holder, privateKey } = holders[index]!;
      const request = opening.share_requests.find((each) => each.holder === holder)!;
      const sealed = await resealShare(privateKey, request, recoverySet!.shares[index]!.sealed);
      await keys.submitShare(acting(holder), { ...recovered, holder, sealed });
    };
    await bring(0);
    const one = keys.withRecoveredKey(requester, recovered, async () => undefined);
    await expect(one).rejects.toMatchObject({ code: "keys.opening-incomplete" });
    await bring(2);
    const [next, other] = await newPair();
    await keys.withRecoveredKey(requester, recovered, (key) =>
      keys.stageRotation(requester, key, { pair: "new", custodians: pairOf(next, other), recovery }),
    );
    await proveShares(custody, [next, other]);
    const renewed = {
      ...custody,
      ana: { ...ana, sealingKey: next.sealingKey },
      ben: { ...ben, sealingKey: other.sealingKey },
    };
    expect(await releasedFrom(renewed, store)).toEqual(picture);
    expect(custody.audit.events.some(({ type, severity }) => type === "key.opened" && severity === "critical")).toBe(
      true,
    );
  });

  it("refuses a recovery for which there is no set", async () => {
    const custody = await newCustody();
    await tripartite(custody);
    const opening = custody.keys.requestOpening(requester, { entityId, operation: "x", purpose: "recover" });
    await expect(opening).rejects.toMatchObject({ code: "keys.invalid-input" });
  });

  it("does not open when the audit log cannot be written", async () => {
    const custody = await newCustody();
    await tripartite(custody);
    const opening = await approvedOpening(custody);
    let used = false;
    custody.audit.logSecurityEvent = async () => {
      throw new Error("the log is full");
    };
    const use = async () => {
      used = true;
    };
    await expect(custody.keys.withKey(requester, opening, use)).rejects.toThrow("log is full");
    expect(used).toBe(false);
  });
});
