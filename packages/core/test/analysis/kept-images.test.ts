import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ArtGuardOptions,
  analysisSchema,
  type Consent,
  consentSchema,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  MemoryObjectStore,
  MemoryTableStore,
  type Observation,
  openPrivacy,
  type TransactAction,
  userIdOf,
} from "@artguard/core";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const start = Date.UTC(2027, 0, 15, 8);
const dayMs = 86_400_000;
const consent: Consent = consentSchema.parse({
  purpose: "image_storage",
  policy_version: "2026-11",
  granted_at: start - 1,
});

const detectorSaying = (statistic: number, version = "1.0.0"): Detector => ({
  id: "cue",
  version,
  family: "noise",
  detect: (): Observation => ({ applicable: true, statistic, regions: [], findings: [] }),
});

let picture: Uint8Array;
beforeAll(async () => {
  picture = await encoded(gradient(30, 20).png());
});

async function setup(options: Partial<ArtGuardOptions> = {}) {
  const clock = { ms: start };
  const now = () => clock.ms;
  let id = 0;
  const stores = { tables: new MemoryTableStore({ now }), objects: new MemoryObjectStore({ now }) };
  const open = async (changed: Partial<ArtGuardOptions> = {}) => {
    const base = { detectors: [detectorSaying(1)], isolation: "none" as const, now, newId: () => `r${++id}` };
    const artguard = await createArtGuard({ ...base, ...stores, ...options, ...changed });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    return artguard;
  };
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of stores.objects.list("")) found.push(key);
    return found;
  };
  return { clock, open, keys, ...stores, artguard: await open() };
}

describe("an image", () => {
  it("is not kept unless asked for", async () => {
    const { artguard, keys } = await setup();
    const analysis = await artguard.analyze(picture);
    expect(analysis.image_saved).toBe(false);
    expect(await keys()).toEqual([]);
  });

  it("is kept with its copy where its record says, with consent", async () => {
    const { artguard, keys, objects } = await setup();
    const { request_id } = await artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    const folder = "inference/2027/01/15/r1";
    expect(await keys()).toEqual([`${folder}/original.png`, `${folder}/processed.jpg`]);
    const record = analysisSchema.parse(await artguard.get(request_id));
    expect(record).toMatchObject({
      image_saved: true,
      consent,
      image_object: { key: `${folder}/original.png`, size_bytes: picture.length, content_type: "image/png" },
      processed_object: { key: `${folder}/processed.jpg`, content_type: "image/jpeg" },
      raw_image_url: objects.uri(`${folder}/original.png`),
      processed_image_url: objects.uri(`${folder}/processed.jpg`),
      image_expires_at: (start + 30 * dayMs) / 1000,
      auto_delete_date: (start + 30 * dayMs) / 1000,
    });
    expect(record.image_object?.sha256).toBe(record.sha256);
    expect(await objects.get(`${folder}/original.png`)).toEqual(new Uint8Array(picture));
    expect(record.record_expires_at).toBeUndefined();
  });

  it.each([
    ["none", undefined],
    ["consent to training", { ...consent, purpose: "training" as const }],
    ["withdrawn consent", { ...consent, withdrawn_at: consent.granted_at }],
    ["consent of the future", consentSchema.parse({ ...consent, granted_at: start + 1 })],
  ])("is not kept with %s, and nothing is begun", async (_, given) => {
    const { artguard, keys } = await setup();
    const options = { userId: "u1", saveImage: true, ...(given && { consent: given }) };
    for (const begin of [artguard.analyze, artguard.submit])
      await expect(begin(picture, options)).rejects.toMatchObject({ code: "analysis.consent-required" });
    expect(await keys()).toEqual([]);
    expect((await artguard.history("u1")).items).toEqual([]);
  });

  it("is gone for readers the second its time is over", async () => {
    const { artguard, clock, keys } = await setup({ retention: { imageDays: 1 } });
    const { request_id } = await artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    clock.ms = start + dayMs;
    const record = await artguard.get(request_id);
    expect(record).toMatchObject({ image_saved: false, verdict: expect.any(String) });
    expect(record.image_object).toBeUndefined();
    await expect(artguard.reanalyze(request_id)).rejects.toMatchObject({ code: "analysis.image-not-saved" });
    expect(await keys()).toHaveLength(2);
  });

  it("is not kept when consent is withdrawn meanwhile", async () => {
    const { artguard, keys, tables } = await setup();
    const events = artguard.analyzeStream(picture, { userId: "u1", saveImage: true, consent });
    await events.next();
    const items = await tables.open(defineAnalysisTable());
    const withdrawn = { ...consent, withdrawn_at: consent.granted_at };
    await items.update({ request_id: "r1", created_at: start }, { set: { consent: withdrawn } });
    const rest = async () => {
      for await (const _ of events);
    };
    await expect(rest()).rejects.toMatchObject({ code: "analysis.consent-required" });
    expect(await artguard.get("r1")).toMatchObject({ status: "FAILED", consent: withdrawn, image_saved: false });
    expect(await keys()).toEqual([]);
  });

  it.each([
    ["its analysis is deleted", "analysis.lease-lost"],
    ["consent is withdrawn", undefined],
  ])("is not left behind when %s while it is stored", async (_, code) => {
    const { artguard, keys, objects, tables, clock } = await setup();
    const privacy = await openPrivacy({ tables, objects, settleMs: 0, now: () => clock.ms });
    const put = objects.put.bind(objects);
    vi.spyOn(objects, "put").mockImplementationOnce(async (...parameters) => {
      if (code) await artguard.deleteAnalysis("r1");
      else await privacy.withdrawConsent("r1", userIdOf("u1"));
      return await put(...parameters);
    });
    const analysis = artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    const outcome = await analysis.then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    expect(outcome).toBe(code);
    expect(await keys()).toEqual([]);
    if (code === undefined) expect(await artguard.get("r1")).toMatchObject({ status: "COMPLETED", image_saved: false });
  });

  it("never outlives its record", async () => {
    const { artguard, clock } = await setup({ retention: { recordDays: 2 } });
    const { request_id } = await artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    const expiry = (start + 2 * dayMs) / 1000;
    const record = await artguard.get(request_id);
    expect([record.record_expires_at, record.image_expires_at, record.auto_delete_date]).toEqual([
      expiry,
      expiry,
      expiry,
    ]);
    clock.ms = start + 2 * dayMs;
    await expect(artguard.get(request_id)).rejects.toMatchObject({ code: "analysis.not-found" });
    expect((await artguard.history("u1")).items).toEqual([]);
  });

  it("is not left behind by an analysis that fails", async () => {
    const { artguard, keys, tables, objects } = await setup();
    const transact = tables.transact.bind(tables);
    tables.transact = async (actions, options) => {
      const completes = ({ write }: TransactAction) =>
        write.kind === "update" && write.change.set?.["status"] === "COMPLETED";
      if (actions.some(completes)) throw new Error("the disk is full");
      return transact(actions, options);
    };
    const put = vi.spyOn(objects, "put");
    const options = { userId: "u1", saveImage: true, consent };
    await expect(artguard.analyze(picture, options)).rejects.toThrow("the disk is full");
    expect(put).toHaveBeenCalledTimes(2);
    expect(await keys()).toEqual([]);
    expect((await artguard.history("u1")).items).toMatchObject([{ status: "FAILED", image_saved: false }]);
  });
});

describe("reanalyze", () => {
  it("judges the kept image with today's detectors and keeps the earlier results", async () => {
    const { artguard, open, clock } = await setup();
    const first = await artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    clock.ms += dayMs;
    const tomorrow = await open({ detectors: [detectorSaying(2, "2.0.0")] });
    const second = await tomorrow.reanalyze(first.request_id);
    expect(second).toMatchObject({ version_number: 2, analyzed_at: start + dayMs, created_at: start });
    expect(second.detections).toMatchObject([{ statistic: 2, version: "2.0.0" }]);
    const third = await tomorrow.reanalyze(first.request_id);
    const results = await artguard.versions(first.request_id);
    expect(results.map(({ version_number, analyzed_at }) => [version_number, analyzed_at])).toEqual([
      [1, start],
      [2, start + dayMs],
      [3, start + dayMs + 1],
    ]);
    expect(results.map(({ detections }) => detections)).toEqual(
      [first, second, third].map(({ detections }) => detections),
    );
    expect(results.map(({ image_object }) => image_object)).toEqual([undefined, undefined, first.image_object]);
    expect(await artguard.get(first.request_id)).toEqual(third);
    expect((await artguard.counts()).scored).toBe(1);
  });

  it("refuses an image that is not what was kept, or is not there", async () => {
    const { artguard, objects } = await setup();
    const saved = await artguard.analyze(picture, { saveImage: true, consent });
    await objects.put(saved.image_object!.key, new Uint8Array(5));
    await expect(artguard.reanalyze(saved.request_id)).rejects.toMatchObject({ code: "storage.corrupt" });
    await objects.delete(saved.image_object!.key);
    const missing = { code: "analysis.image-not-saved" };
    await expect(artguard.reanalyze(saved.request_id)).rejects.toMatchObject(missing);
    const { request_id } = await artguard.analyze(picture);
    await expect(artguard.reanalyze(request_id)).rejects.toMatchObject(missing);
    expect(await artguard.versions(saved.request_id)).toHaveLength(1);
  });
});

describe("deleteAnalysis", () => {
  it("takes images, versions and record away and keeps the totals", async () => {
    const { artguard, keys } = await setup();
    const { request_id } = await artguard.analyze(picture, { userId: "u1", saveImage: true, consent });
    await artguard.reanalyze(request_id);
    await artguard.deleteAnalysis(request_id);
    expect(await keys()).toEqual([]);
    for (const read of [artguard.get, artguard.versions, artguard.deleteAnalysis])
      await expect(read(request_id)).rejects.toMatchObject({ code: "analysis.not-found" });
    expect((await artguard.history("u1")).items).toEqual([]);
    expect((await artguard.counts()).by_status.COMPLETED).toBe(1);
  });
});

describe("an image of before, which its record names by a URL alone", () => {
  it("is deleted with its analysis", async () => {
    const { artguard, keys, objects, tables } = await setup();
    const { request_id } = await artguard.analyze(picture, { userId: "u1" });
    const key = "audit/20240209_180000_a1b2c3.jpg";
    await objects.put(key, picture);
    const items = await tables.open(defineAnalysisTable());
    const change = { set: { image_saved: true, raw_image_url: `s3://bucket/${key}` } };
    await items.update({ request_id, created_at: start }, change);
    await artguard.deleteAnalysis(request_id);
    expect(await keys()).toEqual([]);
  });
});

describe("submit", () => {
  it("leaves the work to whoever does it, and holds the input until then", async () => {
    const { artguard, open, keys } = await setup();
    const pending = await artguard.submit(picture, { filename: "a.png", userId: "u1" });
    expect(pending).toMatchObject({ status: "PENDING", input_expires_at: (start + dayMs) / 1000 });
    expect(await keys()).toEqual(["inference/2027/01/15/r1/input.png"]);
    const worker = await open();
    expect(await worker.processOpenWork()).toEqual({ completed: 1, failed: 0, released: 0, lost: 0 });
    expect(await keys()).toEqual([]);
    const record = await artguard.get(pending.request_id);
    expect(record).toMatchObject({ status: "COMPLETED", filename: "a.png", content_type: "image/png", width: 30 });
    for (const attribute of ["input_object", "input_expires_at", "job", "open_work"])
      expect(record).not.toHaveProperty(attribute);
  });

  it("keeps the image afterwards, with consent", async () => {
    const { artguard, keys } = await setup();
    await artguard.submit(picture, { saveImage: true, consent });
    await artguard.processOpenWork();
    expect((await keys()).map((key) => key.split("/").at(-1))).toEqual(["original.png", "processed.jpg"]);
  });

  it("ends what cannot be judged, and keeps nothing of it", async () => {
    const { artguard, keys } = await setup();
    const { request_id } = await artguard.submit(picture.subarray(0, 60), { userId: "u1", saveImage: true, consent });
    expect(await artguard.processOpenWork()).toMatchObject({ completed: 0, failed: 1 });
    expect(await artguard.get(request_id)).toMatchObject({ status: "FAILED", error: { code: "image.undecodable" } });
    expect(await keys()).toEqual([]);
  });

  it("refuses at once what no worker could judge, and stores nothing", async () => {
    const { artguard, keys } = await setup({ limits: { maxBytes: 1000 } });
    await expect(artguard.submit(new Uint8Array(0))).rejects.toMatchObject({ code: "image.empty" });
    await expect(artguard.submit(new Uint8Array(1001))).rejects.toMatchObject({ code: "image.too-large" });
    await expect(artguard.submit(Buffer.from("<svg/>"))).rejects.toMatchObject({ code: "image.unsupported-format" });
    expect(await keys()).toEqual([]);
    expect((await artguard.counts()).by_status.PENDING).toBe(0);
  });

  it("does not hold an input longer than a day", async () => {
    const { artguard, clock, keys } = await setup();
    const { request_id } = await artguard.submit(picture);
    clock.ms = start + dayMs;
    expect(await artguard.processOpenWork()).toMatchObject({ failed: 1 });
    expect(await artguard.get(request_id)).toMatchObject({
      status: "FAILED",
      error: { code: "analysis.input-missing" },
    });
    expect(await keys()).toEqual([]);
  });
});

describe("an analysis whose process died", () => {
  it("is ended by the next worker, after the time that a living one would need", async () => {
    const { artguard, clock } = await setup();
    const events = artguard.analyzeStream(picture, { deadlineMs: 1000 });
    const { value } = await events.next();
    const request_id = value?.type === "created" ? value.request_id : "";
    expect(await artguard.processOpenWork()).toMatchObject({ failed: 0 });
    clock.ms += 20 * 60_000;
    expect(await artguard.processOpenWork()).toMatchObject({ failed: 1 });
    expect(await artguard.get(request_id)).toMatchObject({ error: { code: "analysis.input-missing" } });
    await expect(events.next()).rejects.toMatchObject({ code: "analysis.lease-lost" });
  });
});

describe("admission", () => {
  it("stores the record in its own transaction, and hears of failures", async () => {
    const failed: string[] = [];
    const { artguard, tables } = await setup({
      admission: {
        admit: async (record, creation) => {
          const analysis = { ...record, quota_charged: true };
          await tables.transact(creation(analysis));
          return { outcome: "admitted", analysis };
        },
        failed: async ({ request_id }) => void failed.push(request_id),
      },
    });
    const { request_id } = await artguard.analyze(picture);
    expect(await artguard.get(request_id)).toMatchObject({ status: "COMPLETED", quota_charged: true });
    expect(failed).toEqual([]);
    await expect(artguard.analyze(picture.subarray(0, 60))).rejects.toMatchObject({ code: "image.undecodable" });
    expect(failed).toHaveLength(1);
  });

  it("answers a repeated request with its first result", async () => {
    const { artguard, open } = await setup();
    const first = await artguard.analyze(picture);
    const admit = async () => ({ outcome: "replayed" as const, analysis: await artguard.get(first.request_id) });
    const again = await open({ admission: { admit, failed: async () => {} } });
    expect(await again.analyze(picture)).toEqual(first);
    expect((await artguard.counts()).by_status).toMatchObject({ PENDING: 0, COMPLETED: 1 });
  });

  it("refuses before anything is begun", async () => {
    const refuse = async () => Promise.reject(new Error("quota"));
    const { artguard, keys } = await setup({ admission: { admit: refuse, failed: async () => {} } });
    for (const begin of [artguard.analyze, artguard.submit]) await expect(begin(picture)).rejects.toThrow("quota");
    expect(await keys()).toEqual([]);
  });
});

describe("the default storage", () => {
  it("is a folder, made on first use, which outlives the process and ignores itself", async () => {
    const folder = join(temporaryFolder(), "store");
    const options = { detectors: [detectorSaying(1)], isolation: "none" as const, storage: { folder } };
    const kept = { ...consent, granted_at: consentSchema.shape.granted_at.parse(Date.now()) };
    const first = await createArtGuard(options);
    expect(existsSync(folder)).toBe(false);
    const { request_id } = await first.analyze(picture, { userId: "u1", saveImage: true, consent: kept });
    await first[Symbol.asyncDispose]();
    expect(statSync(folder).mode & 0o77).toBe(0);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
    await using second = await createArtGuard(options);
    expect((await second.history("u1")).items).toMatchObject([{ request_id, image_saved: true }]);
    expect(await second.reanalyze(request_id)).toMatchObject({ version_number: 2 });
  });

  it("leaves a folder that was there, and what it ignores, as they were", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".gitignore"), "mine\n");
    const options = { detectors: [detectorSaying(1)], isolation: "none" as const, storage: { folder } };
    await using artguard = await createArtGuard(options);
    await artguard.analyze(picture, { userId: "u1" });
    expect(existsSync(join(folder, "artguard.db"))).toBe(true);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("mine\n");
  });

  it("says so when the folder cannot be made", async () => {
    const folder = join(temporaryFolder(), "file");
    writeFileSync(folder, "");
    await using artguard = await createArtGuard({ detectors: [], isolation: "none", storage: { folder } });
    await expect(artguard.analyze(picture)).rejects.toMatchObject({
      code: "storage.write-failed",
      message: expect.stringMatching(/ cannot be made: file already exists$/),
      fix: expect.stringContaining("--folder"),
    });
  });
});
