import { createHash } from "node:crypto";
import {
  Admissions,
  type ArtGuard,
  createArtGuard,
  defineAnalysisTable,
  defineUserTable,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  quotaGate,
  type TableStore,
  UserRepository,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { crashAfter, watchedObjects, watchedTables } from "../privacy/crashing.ts";
import { ada, testClock } from "../user/stores.ts";

const [hour, day] = [3_600_000, 86_400_000];
const picture = await encoded(gradient(30, 20).png());
const other = await encoded(gradient(31, 20).png());
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const consent = { purpose: "image_storage", policy_version: "1", granted_at: Date.UTC(2026, 10, 1) } as never;

/** An ArtGuard with quotas over stores in memory, of which others may be given to single processes. */
async function house() {
  const clock = testClock();
  const { now } = clock;
  const [tables, objects] = [new MemoryTableStore({ now }), new MemoryObjectStore({ now })];
  const users = await tables.open(defineUserTable());
  const people = new UserRepository(tables, users, { now });
  await people.create({ user_id: ada, email: "ada@example.org", monthly_quota: 100 });
  const analyses = await tables.open(defineAnalysisTable());
  /** A process of its own over the same stores, or over broken ones. */
  const process = async (store: TableStore = tables, images = objects): Promise<ArtGuard> => {
    const admissions = new Admissions({
      ...{ store, users: await store.open(defineUserTable()), analyses: await store.open(defineAnalysisTable()), now },
    });
    const artguard = await createArtGuard({
      ...{ detectors: [], isolation: "none", tables: store, objects: images, admission: quotaGate(admissions), now },
      limits: { maxBytes: 100_000 },
    });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    return artguard;
  };
  const artguard = await process();
  const privacy = await openPrivacy({ tables, objects, settleMs: 0, now });
  const keys = async () => {
    const all: string[] = [];
    for await (const { key } of objects.list("")) all.push(key);
    return all;
  };
  const records = async () => (await analyses.query({ index: "user-index", partition: ada })).items;
  const begin = (more = {}) => artguard.uploads.begin({ userId: ada, sizeBytes: picture.length, ...more });
  /** An upload whose bytes have come. */
  const sent = async () => {
    const { upload_id } = await begin({ filename: "C:\\secret\\large.png" });
    await artguard.uploads.receive(upload_id, picture);
    return upload_id;
  };
  /** Where the bytes of an upload lie: whoever has its signed request writes there. */
  const keyOf = (id: string) => `inference/2026/11/15/${id}/input.upload`;
  const quotaUsed = async () => (await people.get(ada)).quota_used;
  return { clock, tables, objects, artguard, process, privacy, keys, records, begin, sent, keyOf, quotaUsed };
}

const refused = (code: string) => expect.objectContaining({ code });

async function* pieces(bytes: Uint8Array, between: () => Promise<void> = async () => undefined) {
  yield bytes.subarray(0, 10);
  await between();
  yield bytes.subarray(10);
}

describe("an upload", () => {
  it("becomes a submitted analysis, once, and its bytes lie with the analysis alone", async () => {
    const { artguard, begin, keys, keyOf, quotaUsed } = await house();
    const { upload_id, expires_at, request } = await begin({ filename: "C:\\secret\\large.png" });
    expect([request, expires_at - Date.UTC(2026, 10, 15, 12)]).toEqual([undefined, hour]);
    await artguard.uploads.receive(upload_id, pieces(picture));
    expect(await keys()).toEqual([keyOf(upload_id)]);
    expect(await quotaUsed()).toBe(0);
    const record = await artguard.uploads.complete(upload_id, { saveImage: true, consent });
    expect(record).toMatchObject({
      status: "PENDING",
      user_id: ada,
      filename: "large.png",
      size_bytes: picture.length,
    });
    expect(await keys()).toEqual([record.input_object?.key]);
    await artguard.processOpenWork();
    const done = await artguard.uploads.complete(upload_id, { saveImage: true, consent });
    expect(done).toMatchObject({ request_id: record.request_id, status: "COMPLETED", sha256: sha256Of(picture) });
    expect(await quotaUsed()).toBe(1);
    expect(await artguard.uploads.ownerOf(upload_id)).toBe(ada);
  });

  it("is refused from the start where no image can be so large, or nothing sensible is announced", async () => {
    const { begin, keys } = await house();
    await expect(begin({ sizeBytes: 100_001 })).rejects.toThrow(refused("image.too-large"));
    for (const wrong of [{ sizeBytes: 0 }, { sizeBytes: 1.5 }, { sha256: "AA" }, { contentType: "a\nb" }]) {
      await expect(begin(wrong)).rejects.toThrow(refused("analysis.invalid-input"));
    }
    await expect(begin({ userId: "a b" })).rejects.toThrow(refused("user.invalid-input"));
    await begin({ sizeBytes: 100_000 });
    expect(await keys()).toEqual([]);
  });

  it("takes exactly the announced bytes in, and keeps nothing of others", async () => {
    const { artguard, begin, keys } = await house();
    const { upload_id } = await begin({ sha256: sha256Of(picture) });
    const receive = (body: Uint8Array | AsyncIterable<Uint8Array>) => artguard.uploads.receive(upload_id, body);
    await expect(receive(picture.subarray(1))).rejects.toThrow(refused("analysis.upload-incomplete"));
    await expect(receive(Buffer.concat([picture, picture]))).rejects.toThrow(refused("analysis.upload-incomplete"));
    await expect(receive(picture.toReversed())).rejects.toThrow(refused("storage.checksum-mismatch"));
    const broken = pieces(picture, () => Promise.reject(new Error("the line is dead")));
    await expect(receive(broken)).rejects.toThrow("the line is dead");
    expect(await keys()).toEqual([]);
    await receive(picture);
    expect(await artguard.uploads.complete(upload_id)).toMatchObject({ status: "PENDING" });
  });

  it("is judged by what lies there, whatever was announced; it can be mended and is not charged before", async () => {
    const { artguard, objects, begin, keyOf, quotaUsed, records } = await house();
    const { upload_id } = await begin({ sha256: sha256Of(picture), contentType: "image/png" });
    const complete = () => artguard.uploads.complete(upload_id);
    await expect(complete()).rejects.toThrow(refused("analysis.upload-incomplete"));
    const lies: [Uint8Array, string][] = [
      [new Uint8Array(picture.length - 1), "analysis.upload-incomplete"],
      [new Uint8Array(picture.length + 1), "analysis.upload-incomplete"],
      [new Uint8Array(picture.length), "storage.checksum-mismatch"],
    ];
    for (const [bytes, code] of lies) {
      await objects.put(keyOf(upload_id), bytes, { contentType: "image/png" });
      await expect(complete()).rejects.toThrow(refused(code));
    }
    expect([await quotaUsed(), await records()]).toEqual([0, []]);
    await objects.put(keyOf(upload_id), picture);
    await complete();
    expect(await quotaUsed()).toBe(1);
    const text = new TextEncoder().encode("no image, though it says so");
    const { upload_id: second } = await begin({ sizeBytes: text.length, contentType: "image/png" });
    await artguard.uploads.receive(second, text);
    await expect(artguard.uploads.complete(second)).rejects.toThrow(refused("image.unsupported-format"));
    expect(await quotaUsed()).toBe(1);
  });

  it("is one analysis for all who complete it at the same moment", async () => {
    const { artguard, process, sent, keys, quotaUsed, records } = await house();
    const upload = await sent();
    const processes = [artguard, await process(), await process()];
    const made = await Promise.all([...processes, ...processes].map(({ uploads }) => uploads.complete(upload)));
    expect(new Set(made.map(({ request_id }) => request_id)).size).toBe(1);
    expect([await quotaUsed(), (await records()).length, await keys()]).toEqual([1, 1, [made[0]?.input_object?.key]]);
  });

  it("would be several, did the record not come with the end of the upload", async () => {
    const { process, tables, sent, records } = await house();
    const upload = await sent();
    const careless = await process(withoutEndOfUpload(tables));
    await Promise.all([1, 2].map(() => careless.uploads.complete(upload)));
    expect(await records()).toHaveLength(2);
  });

  it("answers the same completion again, and refuses another one", async () => {
    const { artguard, sent } = await house();
    const upload = await sent();
    const first = await artguard.uploads.complete(upload, { stability: true, idempotencyKey: "k1" });
    const again = await artguard.uploads.complete(upload, { stability: true, idempotencyKey: "k1" });
    expect(again.request_id).toBe(first.request_id);
    await expect(artguard.uploads.complete(upload)).rejects.toThrow(refused("analysis.upload-completed"));
    const otherwise = artguard.uploads.complete(upload, { idempotencyKey: "k1" });
    await expect(otherwise).rejects.toThrow(refused("user.idempotency-conflict"));
    const elsewhere = artguard.uploads.complete(await sent(), { idempotencyKey: "k1" });
    await expect(elsewhere).rejects.toThrow(refused("user.idempotency-conflict"));
    await expect(artguard.uploads.receive(upload, picture)).rejects.toThrow(refused("analysis.upload-completed"));
    await expect(artguard.uploads.abandon(upload)).rejects.toThrow(refused("analysis.upload-completed"));
  });

  it("cannot be replaced once it is completed; what a signed request still brings is swept", async () => {
    const { artguard, objects, privacy, clock, sent, keys, keyOf } = await house();
    const upload = await sent();
    const { request_id, input_object } = await artguard.uploads.complete(upload);
    await objects.put(keyOf(upload), other);
    await artguard.processOpenWork();
    expect(await artguard.get(request_id)).toMatchObject({ status: "COMPLETED", sha256: sha256Of(picture) });
    expect(await keys()).toEqual([keyOf(upload)]);
    // The test could fail: where the analysis looks, other bytes are noticed.
    const second = await artguard.uploads.complete(await sent());
    await objects.put(second.input_object?.key ?? "", other);
    await artguard.processOpenWork();
    expect((await artguard.get(second.request_id)).error).toMatchObject({ code: "storage.corrupt" });
    expect(input_object?.key).not.toBe(keyOf(upload));
    clock.advance(day);
    await privacy.sweepExpired();
    expect(await keys()).toEqual([]);
  });

  it("ends when it is given up, or not completed within its hour, and then leaves nothing", async () => {
    const { artguard, privacy, clock, begin, sent, keys, keyOf, objects } = await house();
    const given = await sent();
    await artguard.uploads.abandon(given);
    expect(await keys()).toEqual([]);
    for (const id of [given, "nobodys"]) {
      await expect(artguard.uploads.complete(id)).rejects.toThrow(refused("analysis.upload-not-found"));
      await expect(artguard.uploads.abandon(id)).rejects.toThrow(refused("analysis.upload-not-found"));
      await expect(artguard.uploads.receive(id, picture)).rejects.toThrow(refused("analysis.upload-not-found"));
      expect(await artguard.uploads.ownerOf(id)).toBeUndefined();
    }
    const forgotten = await sent();
    clock.advance(hour);
    await expect(artguard.uploads.complete(forgotten)).rejects.toThrow(refused("analysis.upload-not-found"));
    await begin();
    expect(await keys()).toEqual([]);
    // Shortly before midnight: the sweep looks at the day that has just ended, and leaves what can still be completed.
    clock.set(Date.UTC(2026, 10, 15, 23, 50));
    const late = await sent();
    clock.set(Date.UTC(2026, 10, 16, 0, 10));
    await privacy.sweepExpired();
    expect(await keys()).toEqual([keyOf(late)]);
    clock.advance(hour);
    await privacy.sweepExpired();
    expect(await keys()).toEqual([]);
    await objects.put(keyOf(late), picture);
    expect(await artguard.uploads.ownerOf(late)).toBeUndefined();
  });

  it("that nobody completes is deleted by the next sweep after its hour, also on its day", async () => {
    const { artguard, clock, sent, begin, keys, keyOf, objects, privacy } = await house();
    clock.set(Date.UTC(2026, 10, 15, 0, 30));
    const [forgotten, completed] = [await sent(), await sent()];
    const { request_id } = await artguard.uploads.complete(completed);
    // By a signed request that outlived the completion.
    await objects.put(keyOf(completed), picture);
    expect(await privacy.sweepExpired()).toMatchObject({ objects_examined: 2, objects_deleted: 1 });
    expect((await keys()).some((key) => key === keyOf(forgotten))).toBe(true);
    clock.advance(hour);
    await privacy.sweepExpired();
    expect(await keys()).toEqual([expect.stringContaining(`${request_id}/input.`)]);
    await begin();
  });

  it("is one of at most twenty, also where thirty begin in the same moment", async () => {
    const { artguard, begin } = await house();
    const begun = await Promise.allSettled(Array.from({ length: 30 }, () => begin()));
    const ids = begun.flatMap((each) => (each.status === "fulfilled" ? [each.value.upload_id] : []));
    expect(ids.length).toBeLessThanOrEqual(20);
    const refusals = begun.filter(
      (each) => each.status === "rejected" && each.reason.code === "analysis.too-many-uploads",
    );
    expect(ids.length + refusals.length).toBe(30);
    for (const id of ids) await artguard.uploads.abandon(id);
    for (let n = 0; n < 20; n++) await begin();
    await expect(begin()).rejects.toThrow(refused("analysis.too-many-uploads"));
  });

  it("is one of at most twenty of its user; those that ended give their places back", async () => {
    const { artguard, clock, begin } = await house();
    const begun = [];
    for (let n = 0; n < 20; n++) begun.push(await begin());
    await expect(begin()).rejects.toThrow(refused("analysis.too-many-uploads"));
    await artguard.uploads.begin({ userId: "bob", sizeBytes: 1 });
    await artguard.uploads.abandon(begun[0]!.upload_id);
    await begin();
    await artguard.uploads.receive(begun[1]!.upload_id, picture);
    await artguard.uploads.complete(begun[1]!.upload_id);
    await begin();
    await expect(begin()).rejects.toThrow(refused("analysis.too-many-uploads"));
    clock.advance(hour);
    await begin();
  });

  it("is completed by a repetition wherever the process dies, charged once, with nothing left over", async () => {
    let crashes = 0;
    for (let calls = 0; ; calls++) {
      const { tables, objects, process, privacy, clock, sent, keys, records, quotaUsed, artguard } = await house();
      const upload = await sent();
      let isDying = false;
      const before = crashAfter(calls);
      const watch = (call: string, parameters: readonly unknown[]) => {
        if (isDying) before(call, parameters);
      };
      const dying = await process(watchedTables(tables, watch), watchedObjects(objects, watch) as MemoryObjectStore);
      await dying.history(ada);
      isDying = true;
      const died = await dying.uploads.complete(upload, { idempotencyKey: "k" }).then(
        () => false,
        (error: Error) => error.message.startsWith("crashed"),
      );
      const record = await artguard.uploads.complete(upload, { idempotencyKey: "k" });
      expect([await quotaUsed(), (await records()).length], `crashed after ${calls} calls`).toEqual([1, 1]);
      await artguard.processOpenWork();
      expect(await artguard.get(record.request_id)).toMatchObject({ status: "COMPLETED", sha256: sha256Of(picture) });
      clock.advance(2 * day);
      await privacy.sweepExpired();
      expect(await keys(), `crashed after ${calls} calls`).toEqual([]);
      if (!died) break;
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(6);
  });

  it("goes with its user: open ones, those under way, and none begins any more", async () => {
    const { artguard, privacy, sent, begin, keys } = await house();
    await sent();
    const { upload_id } = await begin();
    const meanwhile = artguard.uploads.receive(
      upload_id,
      pieces(picture, async () => {
        const { erased } = await privacy.eraseUser(ada);
        expect(erased).toMatchObject({ analyses: 0, objects: 2 });
      }),
    );
    await expect(meanwhile).rejects.toThrow(refused("analysis.upload-not-found"));
    expect(await keys()).toEqual([]);
    await expect(begin()).rejects.toThrow(refused("user.being-erased"));
    await expect(artguard.uploads.complete(upload_id)).rejects.toThrow(refused("analysis.upload-not-found"));
  });

  it("would outlive its user, did nobody look again when the bytes have come", async () => {
    const { process, tables, privacy, begin, keys } = await house();
    const { upload_id } = await begin();
    const forgetful = await process(rememberingReads(tables));
    const body = pieces(picture, async () => void (await privacy.eraseUser(ada)));
    await forgetful.uploads.receive(upload_id, body);
    expect(await keys()).toHaveLength(1);
  });

  it("that is erased while it is completed leaves no record", async () => {
    const { objects, process, privacy, tables, sent, keys, records } = await house();
    const upload = await sent();
    let isErased = false;
    const slow = watchedObjects(objects, () => undefined);
    const put: typeof objects.put = async (...all) => {
      if (!isErased) await privacy.eraseUser(ada);
      isErased = true;
      return objects.put(...all);
    };
    const late = await process(
      tables,
      new Proxy(slow, {
        get: (target, name) => (name === "put" ? put : Reflect.get(target, name)),
      }) as MemoryObjectStore,
    );
    await expect(late.uploads.complete(upload)).rejects.toThrow(/erased|no user|no such upload/);
    expect([isErased, await records(), await keys()]).toEqual([true, [], []]);
  });

  it("needs a table of users", async () => {
    const artguard = await createArtGuard({ detectors: [], isolation: "none", storage: "memory", userTable: false });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    const attempt = artguard.uploads.begin({ userId: ada, sizeBytes: 1 });
    await expect(attempt).rejects.toThrow(refused("analysis.invalid-input"));
  });
});

/** What a careless engineer would have written: a record of its own, and then the end of the upload. */
function withoutEndOfUpload(store: TableStore): TableStore {
  const isEnd = (action: object) => /UPLOAD(ED)?#/.test(JSON.stringify(Reflect.get(action, "write")));
  return {
    open: (definition) => store.open(definition),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    transact: (actions, options) =>
      store.transact(
        actions.filter((action) => !isEnd(action)),
        options,
      ),
  };
}

/** A store whose reads of one item are all as the first. */
function rememberingReads(store: TableStore): TableStore {
  const open: TableStore["open"] = async (definition) => {
    const table = await store.open(definition);
    const known = new Map<string, Promise<never>>();
    const get = (key: object) => {
      const name = JSON.stringify(key);
      if (!known.has(name)) known.set(name, table.get(key as never, { consistent: true }) as Promise<never>);
      return known.get(name);
    };
    return new Proxy(table, {
      get: (target, name) => {
        const member: unknown = name === "get" ? get : Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  };
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === "open" ? open : Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
