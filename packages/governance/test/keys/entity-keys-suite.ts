import { MemoryObjectStore, type ObjectStore } from "@artguard/core";
import { type DataKeys, encryptedObjects, type OpenedKey, type RotationPlan } from "@artguard/governance";
import { expect, it } from "vitest";
import type { MakeTableStore } from "../../../core/test/fixtures/table-stores.ts";
import {
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

export const picture = new TextEncoder().encode("a picture of a forged Vermeer");
const dayMs = 86_400_000;

export function objectsOf(store: ObjectStore, dataKeys: DataKeys): ObjectStore {
  return encryptedObjects(store, dataKeys, {
    bucket: "raw",
    contextOf: () => ({ owner: entityId, purpose: "evidence" }),
  });
}

/** Reads an object in an approved operation. */
export async function releasedFrom(custody: Custody, store: ObjectStore, key = "a"): Promise<Uint8Array> {
  const opening = await approvedOpening(custody);
  return custody.keys.withKey(requester, opening, (opened) => objectsOf(store, opened.dataKeys).get(key));
}

export async function tripartite(custody: Custody): Promise<ObjectStore> {
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

export async function newPair(): Promise<[TestCustodian, TestCustodian]> {
  return [await newCustodian("ana"), await newCustodian("ben")];
}

/** What entity keys promise on every store of tables. */
export function entityKeysSuite(make: MakeTableStore): void {
  it("lets everybody write for an entity, and nobody read without the custodians", async () => {
    const custody = await newCustody(make);
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
    const custody = await newCustody(make);
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
    const custody = await newCustody(make);
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
    const custody = await newCustody(make);
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
    const late = await custody.keys.requestOpening(requester, { entityId, operation: "x", purpose: "verify" });
    await expect(handOver(custody.keys, late, [custody.ana])).rejects.toMatchObject({ code: "keys.unwrap-failed" });
    const renewed = {
      ...custody,
      ana: { ...custody.ana, sealingKey: ana.sealingKey },
      ben: { ...custody.ben, sealingKey: ben.sealingKey },
    };
    for (const key of ["a", "b"]) expect(await releasedFrom(renewed, store, key)).toEqual(picture);
  });

  it("says after 90 days whose keys are due", async () => {
    const custody = await newCustody(make);
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
    const custody = await newCustody(make);
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
    await expect(platform.put("b", picture)).rejects.toMatchObject({ code: "keys.shredded" });
    const again = custody.keys.create(requester, { entityId, protection: "managed" });
    await expect(again).rejects.toMatchObject({ code: "keys.shredded" });
    expect(await custody.keys.shred(requester, entityId)).toBe(0);
    await objects.delete("a");
    expect(await store.head("a")).toBeUndefined();
  });
}
