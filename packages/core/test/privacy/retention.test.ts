import {
  type Analysis,
  AnalysisRepository,
  defineAnalysisTable,
  type ErrorCode,
  explainRetention,
  inferenceKey,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  type SweepResult,
  userIdOf,
} from "@artguard/core";
import { describe, expect, it } from "vitest";
import { testClock } from "../user/stores.ts";
import { crashAfter, watchedObjects, watchedTables } from "./crashing.ts";
import { imagesOf, storeSubjects, subject, writtenAt } from "./subjects.ts";

const day = 86_400_000;
const refused = (code: ErrorCode) => expect.objectContaining({ code });

async function someSubjects(count = 1) {
  const clock = testClock(writtenAt);
  const [tables, objects] = [new MemoryTableStore({ now: clock.now }), new MemoryObjectStore({ now: clock.now })];
  const subjects = Array.from({ length: count }, (_, n) => subject(n));
  const { users, analyses } = await storeSubjects(subjects, tables, objects);
  const privacy = await openPrivacy({ tables, objects, settleMs: 0, now: clock.now });
  const record = async (requestId: string) =>
    (await analyses.get({ request_id: requestId, created_at: writtenAt })) as Analysis;
  return { clock, tables, objects, subjects, users, analyses, privacy, record };
}

async function keysOf(objects: MemoryObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list("")) keys.push(key);
  return keys;
}

describe("sweepExpired", () => {
  it("touches nothing before its time", async () => {
    const { privacy, objects, clock } = await someSubjects();
    const before = await keysOf(objects);
    for (const time of [writtenAt, writtenAt + day - 1000]) {
      clock.set(time);
      expect(await privacy.sweepExpired()).toMatchObject({ objects_deleted: 0, records_deleted: 0 });
    }
    expect(await keysOf(objects)).toEqual(before);
  });

  it("deletes the held input of a job after 24 hours, and images after 30 days, with what the record says of them", async () => {
    const { privacy, objects, clock, subjects, record } = await someSubjects();
    const [saved, waiting] = subjects[0]!.requestIds;
    clock.set(writtenAt + day);
    expect(await privacy.sweepExpired()).toMatchObject({ objects_examined: 4, objects_deleted: 1, images_expired: 0 });
    expect(await objects.head(inferenceKey(waiting, writtenAt, "input.jpg"))).toBeUndefined();
    clock.set(writtenAt + 30 * day);
    expect(await privacy.sweepExpired()).toMatchObject({ objects_deleted: 3, images_expired: 1 });
    expect(await keysOf(objects)).toEqual([]);
    const left = await record(saved);
    expect([left.image_saved, left.image_object, left.raw_image_url]).toEqual([false, undefined, undefined]);
    expect(left.ai_analysis).toContain("Seen in the picture");
  });

  it("deletes what no record names, once it cannot be one that is just being written", async () => {
    const { privacy, objects, clock } = await someSubjects();
    const orphan = inferenceKey("nobodys", writtenAt, "original.jpg");
    const stray = inferenceKey(subject(0).requestIds[0], writtenAt, "left-over.jpg");
    for (const key of [orphan, stray]) await objects.put(key, new Uint8Array(1));
    clock.set(writtenAt + day - 1);
    expect((await privacy.sweepExpired()).objects_deleted).toBe(0);
    clock.set(writtenAt + day + 1);
    expect((await privacy.sweepExpired()).objects_deleted).toBe(3);
    expect([await objects.head(orphan), await objects.head(stray)]).toEqual([undefined, undefined]);
  });

  it("never touches training data and what is not of its layout", async () => {
    const { privacy, objects, clock } = await someSubjects();
    const foreign = ["training/authentic_v1/img001.jpg", "knowledge/manual.txt", "inference/readme.txt"];
    for (const key of foreign) await objects.put(key, new Uint8Array(1));
    clock.set(writtenAt + 400 * day);
    await privacy.sweepExpired();
    expect((await keysOf(objects)).sort()).toEqual(foreign.sort());
  });

  it("deletes records past their time, after their images", async () => {
    const { privacy, objects, clock, analyses, subjects } = await someSubjects();
    const key = { request_id: subjects[0]!.requestIds[0], created_at: writtenAt };
    const record_expires_at = ((writtenAt + 40 * day) / 1000) as NonNullable<Analysis["record_expires_at"]>;
    await analyses.update(key, { set: { record_expires_at } });
    clock.set(writtenAt + 40 * day);
    expect(await analyses.get(key)).toBeUndefined();
    expect(await privacy.sweepExpired()).toMatchObject({ objects_deleted: 4, records_deleted: 1 });
    expect(await keysOf(objects)).toEqual([]);
  });

  it("deletes Idempotency-Keys past their 24 hours, from the disk and not only from sight", async () => {
    const { privacy, clock, users, subjects } = await someSubjects();
    const key = { user_id: `IDEMP#${subjects[0]!.userId}#key-${subjects[0]!.fingerprint}` };
    clock.set(writtenAt + day);
    expect(await users.get(key)).toBeUndefined();
    clock.set(writtenAt);
    expect(await users.get(key)).toBeDefined();
    clock.set(writtenAt + day);
    await privacy.sweepExpired();
    clock.set(writtenAt);
    expect(await users.get(key)).toBeUndefined();
  });

  it("ends a withdrawal that died after it was written down", async () => {
    const { privacy, tables, objects, clock, subjects } = await someSubjects();
    const [{ userId, requestIds }] = subjects as [ReturnType<typeof subject>];
    const halted = await openPrivacy({
      tables,
      objects: watchedObjects(objects, crashAfter(0)),
      now: clock.now,
    });
    await expect(halted.withdrawConsent(requestIds[0], userId)).rejects.toThrow("crashed");
    clock.set(writtenAt + day);
    await privacy.sweepExpired();
    expect(await keysOf(objects)).toEqual([]);
  });

  it("goes on where a bounded call stopped, and looks at everything once", async () => {
    const { privacy, objects, clock, subjects } = await someSubjects(40);
    clock.set(writtenAt + 30 * day);
    const results: SweepResult[] = [];
    let cursor: string | undefined;
    do {
      const result = await privacy.sweepExpired({ limit: 7, ...(cursor !== undefined && { cursor }) });
      expect(result.objects_examined).toBeLessThanOrEqual(7);
      results.push(result);
      cursor = result.next;
    } while (cursor !== undefined);
    expect(results.reduce((sum, { objects_examined }) => sum + objects_examined, 0)).toBe(4 * subjects.length);
    expect(await keysOf(objects)).toEqual([]);
    for (const limit of [0, -1, 1.5, Number.NaN])
      await expect(privacy.sweepExpired({ limit })).rejects.toThrow(refused("storage.invalid-option"));
    await expect(privacy.sweepExpired({ cursor: "made up" })).rejects.toThrow(refused("storage.invalid-cursor"));
  });

  it("after a crash at any of its calls, repeated, leaves nothing", async () => {
    for (let calls = 0; calls < 12; calls++) {
      const { clock, tables, objects, privacy } = await someSubjects();
      clock.set(writtenAt + 30 * day);
      const crash = crashAfter(calls);
      const crashing = await openPrivacy({
        tables: watchedTables(tables, crash),
        objects: watchedObjects(objects, crash),
        now: clock.now,
      }).catch(() => undefined);
      await crashing?.sweepExpired().catch(() => undefined);
      await privacy.sweepExpired();
      expect(await keysOf(objects), `crashed after ${calls} calls`).toEqual([]);
    }
  });
});

describe("withdrawConsent", () => {
  it("deletes image and copy, and leaves the result", async () => {
    const { privacy, objects, subjects, clock, record } = await someSubjects();
    const { userId, requestIds } = subjects[0]!;
    const analysis = await privacy.withdrawConsent(requestIds[0], userId);
    expect(analysis).toMatchObject({ image_saved: false, consent: { withdrawn_at: clock.now() } });
    expect(await keysOf(objects)).toEqual([inferenceKey(requestIds[1], writtenAt, "input.jpg")]);
    const left = await record(requestIds[0]);
    expect([left.image_object, left.processed_object, left.raw_image_url]).toEqual([undefined, undefined, undefined]);
    expect(left.ai_analysis).toContain("Seen in the picture");
  });

  it("is somebody else's business for nobody", async () => {
    const { privacy, objects, subjects } = await someSubjects();
    const attempt = privacy.withdrawConsent(subjects[0]!.requestIds[0], userIdOf("somebody-else"));
    await expect(attempt).rejects.toThrow(refused("analysis.not-found"));
    expect(await keysOf(objects)).toHaveLength(4);
  });

  it("makes the image invisible at once and is finished by another call when it was interrupted", async () => {
    const { privacy, tables, objects, subjects, clock } = await someSubjects();
    const [{ userId, requestIds }] = subjects as [ReturnType<typeof subject>];
    const crashing = watchedObjects(objects, () => {
      throw new Error("crashed");
    });
    const halted = await openPrivacy({ tables, objects: crashing, now: clock.now });
    await expect(halted.withdrawConsent(requestIds[0], userId)).rejects.toThrow("crashed");
    const repository = await AnalysisRepository.open(tables, { now: clock.now });
    expect((await repository.get(requestIds[0])).image_object).toBeUndefined();
    const withdrawnAt = clock.now();
    clock.advance(5000);
    const analysis = await privacy.withdrawConsent(requestIds[0], userId);
    expect(analysis.consent?.withdrawn_at).toBe(withdrawnAt);
    expect(await keysOf(objects)).toHaveLength(1);
  });

  it("holds against a worker that keeps the image just then", async () => {
    const { privacy, tables, analyses, objects, subjects, clock, record } = await someSubjects();
    const [{ userId, requestIds }] = subjects as [ReturnType<typeof subject>];
    const { image_object, image_expires_at } = await record(requestIds[0]);
    await privacy.withdrawConsent(requestIds[0], userId);
    await objects.put(image_object!.key, new Uint8Array(1));
    const kept = { image_saved: true, image_object, image_expires_at };
    await analyses.update({ request_id: requestIds[0], created_at: writtenAt }, { set: kept });
    const repository = await AnalysisRepository.open(tables, { now: clock.now });
    expect(await repository.get(requestIds[0])).not.toHaveProperty("image_object");
    clock.set(writtenAt + day);
    await privacy.sweepExpired();
    expect(await keysOf(objects)).toEqual([]);
    expect((await record(requestIds[0])).image_saved).toBe(false);
  });

  it("needs a consent that was given", async () => {
    const { privacy, subjects } = await someSubjects();
    const { userId, requestIds } = subjects[0]!;
    await expect(privacy.withdrawConsent(requestIds[1], userId)).rejects.toThrow(refused("privacy.no-consent"));
  });
});

describe("explainRetention", () => {
  it("names every stored object of a record, and until when it is kept", async () => {
    const { subjects, record } = await someSubjects();
    for (const requestId of subjects[0]!.requestIds) {
      const explained = explainRetention(await record(requestId));
      const places = explained.map(({ where }) => where).join("\n");
      for (const [key] of imagesOf(subjects[0]!)) {
        if (key.includes(requestId)) expect(places).toContain(key);
      }
    }
  });

  it("says who deletes what when, also that thirty days are really 30 to 32", async () => {
    const { subjects, record } = await someSubjects();
    const saved = explainRetention(await record(subjects[0]!.requestIds[0]));
    expect(saved.find(({ datum }) => datum === "image")).toMatchObject({
      kept: true,
      until: new Date(writtenAt + 30 * day).toISOString(),
      deleted_by: expect.stringMatching(/sweepExpired.*30–32/),
      why: expect.stringContaining("never for training"),
    });
    expect(saved.find(({ datum }) => datum === "result")).toMatchObject({ kept: true, until: null });
    expect(saved.map(({ datum }) => datum)).toContain("earlier results");
    const waiting = explainRetention(await record(subjects[0]!.requestIds[1]));
    expect(waiting.find(({ datum }) => datum === "job input")).toMatchObject({
      until: new Date(writtenAt + day).toISOString(),
      why: expect.stringContaining("24 hours"),
    });
    expect(waiting.find(({ datum }) => datum === "image")).toMatchObject({ kept: false, until: null });
  });

  it("names an image of before, and does not say of one that is gone that nobody asked to keep it", async () => {
    const { subjects, record } = await someSubjects();
    const saved = await record(subjects[0]!.requestIds[0]);
    const { image_object: _, processed_object: __, raw_image_url: ___, ...gone } = saved;
    const imageOf = (analysis: Analysis) => explainRetention(analysis).find(({ datum }) => datum === "image");
    const url = "s3://bucket/audit/20240209_a1b2c3.jpg";
    expect(imageOf({ ...gone, raw_image_url: url })).toMatchObject({
      kept: true,
      where: expect.stringContaining(url),
      until: new Date(writtenAt + 30 * day).toISOString(),
    });
    expect(imageOf({ ...gone, image_saved: false })).toMatchObject({ kept: false, why: "its time is over" });
    expect(imageOf({ ...gone, status: "FAILED" })).toMatchObject({ kept: false, why: "the analysis failed" });
    const { consent: ____, image_expires_at: _____, ...never } = gone;
    expect(imageOf(never)).toMatchObject({ kept: false, why: "nobody asked to keep it" });
  });

  it("says it in the schema's own words: every attribute about a stored object is covered", async () => {
    const { analyses } = await someSubjects();
    const objectAttributes = ["image_object", "processed_object", "heatmap_object", "input_object"];
    const schemas = (analyses.definition.schema as unknown as { options: { shape: object }[] }).options;
    const stored = schemas.flatMap(({ shape }) => Object.keys(shape)).filter((name) => name.endsWith("_object"));
    expect([...new Set(stored)].sort()).toEqual(objectAttributes.sort());
    expect(defineAnalysisTable().ttl).toBe("record_expires_at");
  });
});
