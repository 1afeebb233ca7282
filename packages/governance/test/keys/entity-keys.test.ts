import { MemoryObjectStore, type ObjectStore } from "@artguard/core";
import {
  type DataKeys,
  encryptedObjects,
  newSealingKeys,
  type OpenedKey,
  type RotationPlan,
  resealShare,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { opened, tableStores } from "../../../core/test/fixtures/table-stores.ts";
import {
  acting,
  approvedOpening,
  type Custody,
  entityId,
  handOver,
  newCustodian,
  newCustody,
  pairOf,
  proveShares,
  requester,
  type TestCustodian,
} from "../fixtures/custody.ts";

const picture = new TextEncoder().encode("a picture of a forged Vermeer");
const dayMs = 86_400_000;

function objectsOf(store: ObjectStore, dataKeys: DataKeys): ObjectStore {
  return encryptedObjects(store, dataKeys, {
    bucket: "raw",
    contextOf: () => ({ owner: entityId, purpose: "evidence" }),
  });
}

/** Reads an object in an approved operation. */
async function releasedFrom(custody: Custody, store: ObjectStore, key = "a"): Promise<Uint8Array> {
  const opening = await approvedOpening(custody);
  return custody.keys.withKey(requester, opening, (opened) => objectsOf(store, opened.dataKeys).get(key));
}

async function tripartite(custody: Custody): Promise<ObjectStore> {
  const { keys, ana, ben } = custody;
  await keys.create(requester, { entityId, protection: "tripartite", custodians: pairOf(ana, ben) });
  const store = new MemoryObjectStore();
  await objectsOf(store, keys.dataKeys).put("a", picture);
  return store;
}

/** Stages new keys or shares in an approved operation. */
async function stage(custody: Custody, plan: RotationPlan) {
  const opening = await approvedOpening(custody, "key.rotate");
  return custody.keys.withKey(requester, opening, (opened) => custody.keys.stageRotation(requester, opened, plan));
}

async function newPair(): Promise<[TestCustodian, TestCustodian]> {
  return [await newCustodian("ana"), await newCustodian("ben")];
}

describe.each(tableStores)("EntityKeys on %s", (_, make) => {
  async function custodyOn(): Promise<Custody> {
    return newCustody(await opened(make, { ms: Date.now() }));
  }

  it("lets everybody write for an entity, and nobody read without the custodians", async () => {
    const custody = await custodyOn();
    const store = await tripartite(custody);
    const objects = objectsOf(store, custody.keys.dataKeys);
    await expect(objects.get("a")).rejects.toMatchObject({ code: "keys.approval-required" });
    await expect(objects.head("a")).rejects.toMatchObject({ code: "keys.approval-required" });
    expect(await releasedFrom(custody, store)).toEqual(picture);
    expect(custody.audit.types("key.")).toEqual([
      "key.created",
      "key.opening-requested",
      "key.share-submitted",
      "key.share-submitted",
      "key.opened",
      "key.purged",
    ]);
  });

  it("takes the key away when the operation has ended, also when it failed", async () => {
    const custody = await custodyOn();
    const store = await tripartite(custody);
    let kept: OpenedKey | undefined;
    const failing = custody.keys.withKey(requester, await approvedOpening(custody), async (key) => {
      kept = key;
      expect(key.privateKey.some((byte) => byte !== 0)).toBe(true);
      throw new Error("the printer is on fire");
    });
    await expect(failing).rejects.toThrow("on fire");
    expect(kept?.privateKey.every((byte) => byte === 0)).toBe(true);
    await expect(objectsOf(store, kept!.dataKeys).get("a")).rejects.toMatchObject({ code: "keys.closed" });
    expect(custody.audit.types("key.").at(-1)).toBe("key.purged");
  });

  it("opens once for one approval", async () => {
    const custody = await custodyOn();
    const store = await tripartite(custody);
    const opening = await approvedOpening(custody);
    const uses = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        custody.keys.withKey(requester, opening, (key) => objectsOf(store, key.dataKeys).get("a")),
      ),
    );
    expect(uses.filter(({ status }) => status === "fulfilled").length).toBe(1);
    const again = custody.keys.withKey(requester, opening, async () => undefined);
    await expect(again).rejects.toMatchObject({ code: "keys.not-found" });
  });

  it("wraps data keys, not data, to a new pair, which counts once its shares are proven", async () => {
    const custody = await custodyOn();
    const store = await tripartite(custody);
    const before = await store.get("a");
    const old = await custody.keys.publicKeyOf(entityId);
    const [ana, ben] = await newPair();
    await stage(custody, { pair: "new", custodians: pairOf(ana, ben) });
    // Written while both pairs count.
    await objectsOf(store, custody.keys.dataKeys).put("b", picture);
    expect((await custody.keys.publicKeyOf(entityId)).pair_id).toBe(old.pair_id);
    await proveShares(custody, [ana, ben]);
    expect((await custody.keys.publicKeyOf(entityId)).pair_id).not.toBe(old.pair_id);
    expect(await store.get("a")).toEqual(before);
    // The old custodians' shares open nothing now.
    const late = await custody.keys.requestOpening(requester, { entityId, operation: "x", purpose: "use" });
    await expect(handOver(custody.keys, late, [custody.ana])).rejects.toMatchObject({ code: "keys.unwrap-failed" });
    const renewed = {
      ...custody,
      ana: { ...custody.ana, sealingKey: ana.sealingKey },
      ben: { ...custody.ben, sealingKey: ben.sealingKey },
    };
    for (const key of ["a", "b"]) expect(await releasedFrom(renewed, store, key)).toEqual(picture);
  });

  it("says after 90 days whose keys are due", async () => {
    const custody = await custodyOn();
    await tripartite(custody);
    custody.clock.ms += 90 * dayMs - 1;
    expect(await custody.keys.dueForRotation()).toEqual([]);
    custody.clock.ms += 1;
    expect(await custody.keys.dueForRotation()).toEqual([entityId]);
    const [ana, ben] = await newPair();
    await stage(custody, { pair: "new", custodians: pairOf(ana, ben) });
    await proveShares(custody, [ana, ben]);
    expect(await custody.keys.dueForRotation()).toEqual([]);
  });

  it("makes everything of a shredded entity unreadable, and gives it no keys again", async () => {
    const custody = await custodyOn();
    const store = await tripartite(custody);
    const opening = await approvedOpening(custody);
    expect(await custody.keys.shred(requester, entityId)).toBeGreaterThan(2);
    await expect(custody.keys.withKey(requester, opening, async () => undefined)).rejects.toMatchObject({
      code: "keys.not-found",
    });
    const objects = objectsOf(store, custody.keys.dataKeys);
    await expect(objects.get("a")).rejects.toMatchObject({ code: "keys.shredded" });
    await expect(objects.put("b", picture)).rejects.toMatchObject({ code: "keys.shredded" });
    const platform = objectsOf(store, custody.keys.platformDataKeys);
    await expect(platform.put("b", picture)).rejects.toMatchObject({ code: "keys.conflict" });
    const again = custody.keys.create(requester, { entityId, protection: "managed" });
    await expect(again).rejects.toMatchObject({ code: "keys.shredded" });
    expect(await custody.keys.shred(requester, entityId)).toBe(0);
    await objects.delete("a");
    expect(await store.head("a")).toBeUndefined();
  });
});

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
