import { isArtGuardError, MemoryObjectStore, type ObjectStore, type Table, type TableStore } from "@artguard/core";
import { openEntityKeys } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { ceremonyItemSchema, defineKeyTable, entityPartition, itemId } from "../../src/keys/key-table.ts";
import {
  approvedOpening,
  type Custody,
  entityId,
  newCustodian,
  newCustody,
  pairOf,
  proveShares,
  requester,
  type TestCustodian,
} from "../fixtures/custody.ts";
import { objectsOf, picture, releasedFrom, tripartite } from "./entity-keys-suite.ts";

class Crash extends Error {}

/** A store whose process dies at the `limit`-th write: that one and all later ones do not happen. */
function dyingAt(store: TableStore, limit: number) {
  return watching(store, async (write) => {
    if (write >= limit) throw new Crash(`died at write ${write}`);
  });
}

/** A store that tells of each write before it happens. */
function watching(store: TableStore, before: (write: number) => Promise<void>) {
  let writes = 0;
  const count = () => {
    writes += 1;
    return before(writes);
  };
  const dying = <Item extends object>(table: Table<Item>): Table<Item> => ({
    definition: table.definition,
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    batchGet: (keys, options) => table.batchGet(keys, options),
    deleteExpired: (options) => table.deleteExpired(options),
    async put(item, options) {
      await count();
      return table.put(item, options);
    },
    async update(key, change, options) {
      await count();
      return table.update(key, change, options);
    },
    async delete(key, options) {
      await count();
      return table.delete(key, options);
    },
    async batchWrite(items, options) {
      await count();
      return table.batchWrite(items, options);
    },
  });
  const tables: TableStore = {
    open: async (definition) => dying(await store.open(definition)),
    async transact(actions, options) {
      await count();
      await store.transact(actions, options);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { tables, writes: () => writes };
}

/** The same custody after a restart, with these custodians' private keys. */
async function restarted(
  custody: Custody,
  tables: TableStore,
  custodians: readonly TestCustodian[] = [],
): Promise<Custody> {
  const { provider, approvals, audit, clock } = custody;
  const keys = await openEntityKeys({ tables, provider, approvals, audit, now: () => clock.ms });
  const [ana = custody.ana, ben = custody.ben] = custodians.map((custodian, index) => ({
    ...(index === 0 ? custody.ana : custody.ben),
    sealingKey: custodian.sealingKey,
  }));
  return { ...custody, tables, keys, ana, ben };
}

async function canRelease(custody: Custody, store: ObjectStore): Promise<boolean> {
  try {
    for (const key of ["a", "b"]) expect(await releasedFrom(custody, store, key)).toEqual(picture);
    return true;
  } catch (error) {
    if (!isArtGuardError(error, "keys.")) throw error;
    return false;
  }
}

/** What opens both objects after a crash at the `limit`-th write of a whole change of keys. */
async function crashAt(limit: number, pair: "new" | "same") {
  const custody = await newCustody();
  const store = await tripartite(custody);
  await objectsOf(store, custody.keys.dataKeys).put("b", picture);
  const next = [await newCustodian("ana"), await newCustodian("ben")] as const;
  const opening = await approvedOpening(custody, "key.rotate");
  const { tables, writes } = dyingAt(custody.tables, limit);
  const dying = await restarted(custody, tables);
  let crashed = false;
  try {
    await dying.keys.withKey(requester, opening, (key) =>
      dying.keys.stageRotation(requester, key, { pair, custodians: pairOf(...next) }),
    );
    await proveShares(dying, next);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    crashed = true;
  }
  const old = await canRelease(await restarted(custody, custody.tables), store);
  const renewed = await canRelease(await restarted(custody, custody.tables, next), store);
  return { crashed, old, renewed, writes: writes(), custody, store, next };
}

describe.each(["new", "same"] as const)("a change of keys with the %s pair", (pair) => {
  it("leaves the old shares or the new ones valid at whichever write the process dies", async () => {
    const outcomes: string[] = [];
    for (let limit = 1; ; limit++) {
      const { crashed, old, renewed, writes } = await crashAt(limit, pair);
      expect([old, renewed].filter(Boolean).length, `at write ${limit}`).toBe(1);
      expect(crashed).toBe(writes >= limit);
      outcomes.push(old ? "old" : "new");
      if (!crashed) break;
    }
    // Old until one step, new from then on.
    expect(outcomes.indexOf("new")).toBeGreaterThan(5);
    expect(outcomes.lastIndexOf("old")).toBe(outcomes.indexOf("new") - 1);
    expect(outcomes.at(-1)).toBe("new");
  });

  it("can be given up or begun again after a crash", async () => {
    const { crashed, old, custody, store } = await crashAt(6, pair);
    expect([crashed, old]).toEqual([true, true]);
    const again = await restarted(custody, custody.tables);
    const next = [await newCustodian("ana"), await newCustodian("ben")] as const;
    const staging = async () =>
      again.keys.withKey(requester, await approvedOpening(again, "key.rotate"), (key) =>
        again.keys.stageRotation(requester, key, { pair, custodians: pairOf(...next) }),
      );
    await again.keys.abandonRotation(requester, entityId);
    await staging();
    await expect(staging()).rejects.toMatchObject({ code: "keys.rotation-pending" });
    await again.keys.abandonRotation(requester, entityId);
    expect(await canRelease(again, store)).toBe(true);
    await staging();
    await proveShares(again, next);
    expect(await canRelease(await restarted(again, again.tables, next), store)).toBe(true);
    expect(await canRelease(again, store)).toBe(false);
    const table = await again.tables.open(defineKeyTable());
    const left = async (kind: string) =>
      (await table.query({ partition: entityPartition(entityId), sort: { beginsWith: kind } })).items.length;
    expect([await left(itemId.pair("")), await left(itemId.ceremony(""))]).toEqual([1, 1]);
  });
});

describe("a data key that is made while a rotation begins", () => {
  it("is refused rather than lost with the old pair, and made at the next try", async () => {
    const custody = await newCustody();
    const store = await tripartite(custody);
    const next = [await newCustodian("ana"), await newCustodian("ben")] as const;
    let writes = 0;
    const interrupted: TableStore = {
      open: (definition) => custody.tables.open(definition),
      async transact(actions, options) {
        writes += 1;
        // The writer has read which pairs count; now the whole rotation happens.
        if (writes === 1) {
          await custody.keys.withKey(requester, await approvedOpening(custody, "key.rotate"), (key) =>
            custody.keys.stageRotation(requester, key, { pair: "new", custodians: pairOf(...next) }),
          );
          await proveShares(custody, next);
        }
        await custody.tables.transact(actions, options);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    const writer = objectsOf(store, (await restarted(custody, interrupted)).keys.dataKeys);
    await expect(writer.put("b", picture)).rejects.toMatchObject({ code: "keys.conflict" });
    expect(await store.head("b")).toBeUndefined();
    await writer.put("b", picture);
    expect(await canRelease(await restarted(custody, custody.tables, next), store)).toBe(true);
  });
});

describe("two processes that rotate a managed pair one after the other", () => {
  it.each([2, 3, 4, 5])("lose no data key when the first one sleeps before its write %s", async (sleepsBefore) => {
    const custody = await newCustody();
    await custody.keys.create(requester, { entityId, protection: "managed" });
    const store = new MemoryObjectStore();
    const objects = objectsOf(store, custody.keys.dataKeys);
    await objects.put("a", picture);
    let rotations = 0;
    const { tables, writes } = watching(custody.tables, async (write) => {
      if (write !== sleepsBefore) return;
      const { keys } = await restarted(custody, custody.tables);
      // Whoever is first gives up what the sleeper has begun.
      await keys.abandonRotation(requester, entityId);
      await keys.rotateManaged(requester, entityId);
      rotations += 1;
    });
    const sleeper = await restarted(custody, tables);
    const ended = await Promise.allSettled([sleeper.keys.rotateManaged(requester, entityId)]);
    expect(rotations).toBe(1);
    expect(writes()).toBeGreaterThanOrEqual(sleepsBefore);
    for (const result of ended) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: expect.stringMatching(/^keys\./) });
    }
    expect(await objects.get("a")).toEqual(picture);
    await custody.keys.abandonRotation(requester, entityId);
    expect(await objects.get("a")).toEqual(picture);
  });
});

describe("a mutant", () => {
  it("that destroys the old shares before the new ones are proven leaves nothing that opens", async () => {
    const { custody, store, next } = await crashAt(1000, "new");
    const renewed = await restarted(custody, custody.tables, next);
    const other = [await newCustodian("ana"), await newCustodian("ben")] as const;
    const opening = await approvedOpening(renewed, "key.rotate");
    await renewed.keys.withKey(requester, opening, async (key) => {
      await renewed.keys.stageRotation(requester, key, { pair: "new", custodians: pairOf(...other) });
      const table = await custody.tables.open(defineKeyTable());
      const { items } = await table.query({
        partition: entityPartition(entityId),
        sort: { beginsWith: itemId.ceremony("") },
      });
      const [first] = items
        .map((item) => ceremonyItemSchema.parse(item))
        .filter(({ pair_id }) => pair_id === key.pair.pair_id);
      await table.delete({ entity: first!.entity, id: first!.id });
    });
    expect(await canRelease(renewed, store)).toBe(false);
    expect(await canRelease(await restarted(custody, custody.tables, other), store)).toBe(false);
  });
});

describe("shares that were not proven", () => {
  it("do not take the place of those that count", async () => {
    const custody = await newCustody();
    const store = await tripartite(custody);
    await objectsOf(store, custody.keys.dataKeys).put("b", picture);
    const wrong = [await newCustodian("ana"), await newCustodian("ben")] as const;
    const opening = await approvedOpening(custody, "key.rotate");
    await custody.keys.withKey(requester, opening, (key) =>
      custody.keys.stageRotation(requester, key, { pair: "new", custodians: pairOf(...wrong) }),
    );
    // The custodians' own keys do not open what was sealed to the wrong ones.
    await expect(proveShares(custody, [custody.ana, custody.ben])).rejects.toMatchObject({
      code: "keys.unwrap-failed",
    });
    expect(await canRelease(custody, store)).toBe(true);
  });
});
