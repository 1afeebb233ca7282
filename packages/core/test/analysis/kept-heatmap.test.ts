import {
  type ArtGuardOptions,
  type Consent,
  consentSchema,
  createArtGuard,
  type Detector,
  explainRetention,
  type Heatmap,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  type TransactAction,
  userIdOf,
} from "@artguard/core";
import sharp from "sharp";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

const start = Date.UTC(2027, 0, 15, 8);
const dayMs = 86_400_000;
const granted = { purpose: "image_storage", policy_version: "2026-11", granted_at: start - 1 };
const consent: Consent = consentSchema.parse(granted);
const saving = { userId: "u1", saveImage: true, consent };
const picture = await encoded(gradient(32, 16).png());
const missing = { code: "analysis.heat-map-not-kept" };

/** Suspects these columns of the picture, or says that it sees nothing in particular. */
const suspecting = (columns: readonly number[], heatmap = true): Detector => ({
  id: "cue",
  version: "1.0.0",
  family: "noise",
  detect: () => ({
    applicable: true,
    statistic: 4,
    regions: [],
    findings: [],
    ...(heatmap && { heatmap: map(columns) }),
  }),
});

function map(columns: readonly number[]): Heatmap {
  const data = Float32Array.from({ length: 4 * 2 }, (_, i) => (columns.includes(i % 4) ? 1 : 0));
  return { width: 4, height: 2, scale: 8, data };
}

async function setup(options: Partial<ArtGuardOptions> = {}) {
  const clock = { ms: start };
  const now = () => clock.ms;
  let id = 0;
  const tables = new MemoryTableStore({ now });
  const [raw, processed] = [new MemoryObjectStore({ now }), new MemoryObjectStore({ now })];
  const open = async (detectors: Detector[] = [suspecting([3])]) => {
    const objects = { raw, processed };
    const newId = () => `r${++id}`;
    const artguard = await createArtGuard({ detectors, isolation: "none", now, newId, tables, objects, ...options });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    return artguard;
  };
  const privacy = await openPrivacy({ tables, objects: { raw, processed }, settleMs: 0, now });
  /** File names of what is stored. */
  const names = async () => {
    const found: string[] = [];
    for (const store of [raw, processed])
      for await (const { key } of store.list(""))
        found.push(
          key
            .split("/")
            .at(-1)!
            .replace(/[0-9a-f]{16}/, "*"),
        );
    return found;
  };
  return { clock, tables, raw, processed, open, privacy, names, artguard: await open() };
}

async function greyOf(png: Uint8Array) {
  const { channels, depth } = await sharp(png).metadata();
  const { data, info } = await sharp(png).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  const at = (x: number) => data[8 * info.width + x]!;
  const suspected = at(2) > at(29) ? "left" : "right";
  return { width: info.width, height: info.height, channels, depth, suspected };
}

describe("the heat map of a kept image", () => {
  it("lies beside its copy, with its tags and its time, and shows where the picture is suspected", async () => {
    const { artguard, names, processed } = await setup();
    const { request_id } = await artguard.analyze(picture, saving);
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    const record = await artguard.get(request_id);
    const { key } = record.heatmap_object!;
    expect(key).toMatch(/^inference\/2027\/01\/15\/r1\/heatmap-[0-9a-f]{16}\.png$/);
    expect(await processed.getTags(key)).toEqual(await processed.getTags(record.processed_object!.key));
    expect(await processed.getTags(key)).toEqual({ retention: "30d" });
    const grey = await greyOf(await artguard.heatmap(request_id));
    expect(grey).toEqual({ width: 32, height: 16, channels: 1, depth: "uchar", suspected: "right" });
    expect(explainRetention(record)).toContainEqual(
      expect.objectContaining({ datum: "heat map", kept: true, until: new Date(start + 30 * dayMs).toISOString() }),
    );
  });

  it("is kept of a submitted analysis as well", async () => {
    const { artguard, names, open } = await setup();
    const { request_id } = await artguard.submit(picture, saving);
    await (await open()).processOpenWork();
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    expect(await greyOf(await artguard.heatmap(request_id))).toMatchObject({ suspected: "right" });
  });

  it("is not kept where the image is not, also of a submitted analysis", async () => {
    const { artguard, names } = await setup();
    const { request_id } = await artguard.analyze(picture, { userId: "u1" });
    const submitted = await artguard.submit(picture, { userId: "u1" });
    await artguard.processOpenWork();
    expect(await names()).toEqual([]);
    for (const id of [request_id, submitted.request_id]) {
      await expect(artguard.heatmap(id)).rejects.toMatchObject(missing);
      expect((await artguard.get(id)).regions).toBeDefined();
    }
  });

  it("is none where no detector localised anything", async () => {
    const { open, names } = await setup();
    const artguard = await open([suspecting([], false)]);
    const { request_id } = await artguard.analyze(picture, saving);
    expect(await names()).toEqual(["original.png", "processed.jpg"]);
    await expect(artguard.heatmap(request_id)).rejects.toMatchObject(missing);
    await expect(artguard.heatmap("unknown")).rejects.toMatchObject({ code: "analysis.not-found" });
  });

  it("is gone for readers with the image, the second its time is over or consent is withdrawn", async () => {
    const { artguard, clock, names, privacy } = await setup();
    const [one, other] = [await artguard.analyze(picture, saving), await artguard.analyze(picture, saving)];
    await privacy.withdrawConsent(one.request_id, userIdOf("u1"));
    await expect(artguard.heatmap(one.request_id)).rejects.toMatchObject(missing);
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    clock.ms = start + 30 * dayMs;
    await expect(artguard.heatmap(other.request_id)).rejects.toMatchObject(missing);
    expect(await names()).toHaveLength(3);
    await privacy.sweepExpired();
    expect(await names()).toEqual([]);
    expect(await artguard.get(other.request_id)).not.toHaveProperty("heatmap_object");
  });

  it("goes when consent is withdrawn also where an interrupted worker left another one, and the input of a job stays", async () => {
    const { artguard, names, privacy, processed, raw } = await setup();
    const { request_id, heatmap_object } = await artguard.analyze(picture, saving);
    await processed.put(heatmap_object!.key.replace(/[0-9a-f]{16}/, "0".repeat(16)), picture);
    await privacy.withdrawConsent(request_id, userIdOf("u1"));
    expect(await names()).toEqual([]);
    const waiting = await artguard.submit(picture, saving);
    await raw.put(waiting.input_object!.key.replace("input", "original"), picture);
    await privacy.withdrawConsent(waiting.request_id, userIdOf("u1"));
    expect(await names()).toEqual(["input.png"]);
  });

  it("goes with the analysis and with its owner", async () => {
    const { artguard, names, privacy } = await setup();
    const { request_id } = await artguard.analyze(picture, saving);
    await artguard.deleteAnalysis(request_id);
    expect(await names()).toEqual([]);
    await artguard.analyze(picture, saving);
    expect((await privacy.eraseUser(userIdOf("u1"))).erased).toMatchObject({ objects: 3 });
    expect(await names()).toEqual([]);
  });

  it("is refused when it is not what was stored, and none when it is not there", async () => {
    const { artguard, processed } = await setup();
    const { request_id, heatmap_object } = await artguard.analyze(picture, saving);
    await processed.put(heatmap_object!.key, picture);
    await expect(artguard.heatmap(request_id)).rejects.toMatchObject({ code: "storage.corrupt" });
    await processed.delete(heatmap_object!.key);
    await expect(artguard.heatmap(request_id)).rejects.toMatchObject(missing);
  });
});

describe("reanalyze", () => {
  it("replaces the heat map with that of the new result, and takes it away where there is none", async () => {
    const { artguard, names, open } = await setup();
    const { request_id, heatmap_object: first } = await artguard.analyze(picture, saving);
    const second = await (await open([suspecting([0])])).reanalyze(request_id);
    expect(second.heatmap_object!.key).not.toBe(first!.key);
    const grey = await greyOf(await artguard.heatmap(request_id));
    expect(grey.suspected).toBe("left");
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    expect((await (await open([suspecting([0])])).reanalyze(request_id)).heatmap_object).toEqual(second.heatmap_object);
    expect(await greyOf(await artguard.heatmap(request_id))).toEqual(grey);
    await (await open([suspecting([], false)])).reanalyze(request_id);
    expect(await names()).toEqual(["original.png", "processed.jpg"]);
    expect(await artguard.get(request_id)).not.toHaveProperty("heatmap_object");
    expect((await artguard.versions(request_id)).some((each) => "heatmap_object" in each)).toBe(false);
  });

  it("writes nothing when the consent was withdrawn meanwhile, and deletes what it stored", async () => {
    const { artguard, names, open, privacy, processed } = await setup();
    const { request_id } = await artguard.analyze(picture, saving);
    const put = processed.put.bind(processed);
    vi.spyOn(processed, "put").mockImplementationOnce(async (...parameters) => {
      await privacy.withdrawConsent(request_id, userIdOf("u1"));
      return await put(...parameters);
    });
    const again = await open([suspecting([0])]);
    await expect(again.reanalyze(request_id)).rejects.toMatchObject({ code: "analysis.lease-lost" });
    expect(await artguard.versions(request_id)).toHaveLength(1);
    await expect(artguard.heatmap(request_id)).rejects.toMatchObject(missing);
    expect(await names()).toEqual([]);
  });

  it("leaves no heat map of an analysis that was deleted meanwhile", async () => {
    const { artguard, names, open, processed } = await setup();
    const { request_id } = await artguard.analyze(picture, saving);
    const put = processed.put.bind(processed);
    vi.spyOn(processed, "put").mockImplementationOnce(async (...parameters) => {
      await artguard.deleteAnalysis(request_id);
      return await put(...parameters);
    });
    await expect((await open([suspecting([0])])).reanalyze(request_id)).rejects.toMatchObject({
      code: "analysis.lease-lost",
    });
    expect(await names()).toEqual([]);
  });

  it.each([
    ["after the new heat map was stored", "put"],
    ["before the earlier heat map was deleted", "delete"],
  ] as const)("crashed %s, leaves a heat map that fits its record, and nothing that is not swept", async (_, last) => {
    const { artguard, names, open, privacy, clock, processed, tables } = await setup();
    const { request_id } = await artguard.analyze(picture, saving);
    const again = await open([suspecting([0])]);
    let crashed = 0;
    const crash = async () => {
      crashed += 1;
      throw new Error("crashed");
    };
    const transact = tables.transact.bind(tables);
    const replaces = ({ write }: TransactAction) => write.kind === "put";
    if (last === "put") {
      vi.spyOn(tables, "transact").mockImplementation((actions, options) =>
        actions.some(replaces) ? crash() : transact(actions, options),
      );
    } else vi.spyOn(processed, "delete").mockImplementation(crash);
    await again.reanalyze(request_id).catch(() => undefined);
    vi.restoreAllMocks();
    expect(crashed).toBe(1);
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "heatmap-*.png", "processed.jpg"]);
    const grey = await greyOf(await artguard.heatmap(request_id));
    const { version_number } = await artguard.get(request_id);
    expect([version_number, grey.suspected]).toEqual(last === "put" ? [1, "right"] : [2, "left"]);
    clock.ms += 2 * dayMs;
    await privacy.sweepExpired();
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    expect(await greyOf(await artguard.heatmap(request_id))).toEqual(grey);
  });
});

describe("an analysis whose process died between its heat map and its record", () => {
  it("leaves nothing that is not swept", async () => {
    const { artguard, names, privacy, clock, tables } = await setup();
    const transact = tables.transact.bind(tables);
    let crashed = 0;
    const ends = ({ write }: TransactAction) =>
      write.kind === "update" && ["COMPLETED", "FAILED"].includes(String(write.change.set?.["status"]));
    vi.spyOn(tables, "transact").mockImplementation(async (actions, options) => {
      if (!actions.some(ends)) return transact(actions, options);
      crashed += 1;
      throw new Error("died");
    });
    await expect(artguard.analyze(picture, saving)).rejects.toThrow("died");
    vi.restoreAllMocks();
    expect(crashed).toBeGreaterThan(0);
    expect(await names()).toEqual(["original.png", "heatmap-*.png", "processed.jpg"]);
    clock.ms += 2 * dayMs;
    await privacy.sweepExpired();
    expect(await names()).toEqual([]);
  });
});
