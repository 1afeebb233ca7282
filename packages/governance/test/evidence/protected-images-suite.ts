import { bytesOf, type Detector, epochMillisecondsSchema, type ObjectStore } from "@artguard/core";
import { encryptedObjects, type GovernancePlace, type Protection } from "@artguard/governance";
import { expect, it } from "vitest";
import { as, guardedPlace, photograph, splitKeyOf, storeImage } from "../fixtures/guarded-place.ts";
import { holdsPieceOf } from "./stored-images.ts";

/** Marks a corner. */
const localising: Detector = {
  id: "corner",
  version: "1.0.0",
  family: "noise",
  detect: ({ raster: { width, height } }) => {
    const [across, down] = [Math.ceil(width / 8), Math.ceil(height / 8)];
    const data = Float32Array.from({ length: across * down }, (_, i) => (i < 20 ? 1 : 0));
    const heatmap = { width: across, height: down, scale: 8, data };
    return { applicable: true, statistic: 1, regions: [], findings: [], heatmap };
  },
};

/** Stores for one test. */
export type MakePlace = (now: () => number) => Promise<Pick<GovernancePlace, "tables"> & { objects: ObjectStore }>;

async function storedBytes(objects: ObjectStore): Promise<Map<string, Buffer>> {
  const stored = new Map<string, Buffer>();
  for await (const { key } of objects.list("inference/")) {
    stored.set(key, Buffer.from(await bytesOf((await objects.getStream(key)).body)));
  }
  return stored;
}

/** What the images of analyses promise, over any stores. */
export function protectedImagesSuite(makePlace: MakePlace): void {
  const guarded = async (protection: Protection) => {
    const { stores, ...place } = await guardedPlace({ protection, detectors: [localising] }, makePlace);
    return { ...place, objects: stores.objects as ObjectStore };
  };

  it("stores nothing of an image as it is with envelope, and works with it: again, export, erasure", async () => {
    const { governance, clock, objects } = await guarded("envelope");
    const { run, core } = governance;
    const requestId = await storeImage(governance, "ada", clock.ms);
    const stored = await storedBytes(objects);
    expect([...stored.keys()].map((key) => key.split("/").at(-1))).toEqual([
      expect.stringMatching(/^heatmap-.*\.png$/),
      "original.jpg",
      "processed.jpg",
    ]);
    const heatmap = Buffer.from(await run(core.analysis.heatMap, { requestId }, as("ada")));
    expect(heatmap.subarray(1, 4).toString()).toBe("PNG");
    for (const bytes of stored.values())
      expect([holdsPieceOf(photograph, bytes), bytes.includes(heatmap.subarray(0, 24))]).toEqual([false, false]);
    expect((await run(core.analysis.reanalyze, { requestId }, as("ada"))).status).toBe("COMPLETED");
    const exported = new Map<string, Uint8Array>();
    for await (const { path, bytes } of await run(core.user.export, {}, as("ada"))) exported.set(path, bytes);
    expect(exported.get(`analyses/${requestId}/original.jpg`)).toEqual(new Uint8Array(photograph));
    const { image_object } = await run(core.analysis.read, { requestId }, as("ada"));
    await run(core.user.erase, {}, as("ada"));
    expect([...(await storedBytes(objects)).keys()]).toEqual([]);
    // A copy of the ciphertext comes back from a backup.
    const [key, bytes] = [...stored].find(([name]) => name.endsWith("original.jpg"))!;
    expect(key).toBe(image_object?.key);
    await objects.put(key, bytes);
    const options = { bucket: "raw", contextOf: () => ({ owner: "ada", purpose: "analysis" }) };
    const reading = encryptedObjects(objects, governance.keys.platformDataKeys, options).get(key);
    await expect(reading).rejects.toMatchObject({ code: "keys.shredded" });
  });

  it("lets nobody read an image with tripartite, the platform included; it is still exported by name and erased", async () => {
    const { governance, clock, objects } = await guarded("tripartite");
    const { run, core } = governance;
    await splitKeyOf(governance, "ada");
    const requestId = await storeImage(governance, "ada", clock.ms);
    const stored = await storedBytes(objects);
    expect(stored.size).toBe(3);
    await expect(run(core.analysis.heatMap, { requestId }, as("ada"))).rejects.toMatchObject({
      code: "keys.approval-required",
    });
    for (const bytes of stored.values()) expect(holdsPieceOf(photograph, bytes)).toBe(false);
    await expect(run(core.analysis.reanalyze, { requestId }, as("ada"))).rejects.toMatchObject({
      code: "keys.approval-required",
    });
    expect(await governance.attempt("analysis.reanalyze", { requestId }, as("ada"))).toMatchObject({
      envelope: { error: { code: "CUSTODIAN_APPROVAL_REQUIRED" } },
    });
    const exported = new Map<string, string>();
    for await (const { path, bytes } of await run(core.user.export, {}, as("ada"))) {
      exported.set(path, Buffer.from(bytes).toString("latin1"));
    }
    const withheld = exported.get(`analyses/${requestId}/original.jpg.withheld.json`);
    expect(JSON.parse(withheld ?? "{}")).toMatchObject({ code: "keys.approval-required" });
    expect([...exported.keys()]).not.toContain(`analyses/${requestId}/original.jpg`);
    await run(core.analysis.delete, { requestId }, as("ada"));
    expect([...(await storedBytes(objects)).keys()]).toEqual([]);
  });

  it("analyses what was submitted with tripartite: until then its input is encrypted for the platform", async () => {
    const { governance, objects } = await guarded("tripartite");
    const { run, core, artguard } = governance;
    await splitKeyOf(governance, "ada");
    const { request_id: requestId } = await run(core.analysis.submit, { bytes: photograph }, as("ada"));
    const held = await storedBytes(objects);
    expect([...held.keys()].map((key) => key.split("/").at(-1))).toEqual(["input.jpg"]);
    for (const bytes of held.values()) expect(holdsPieceOf(photograph, bytes)).toBe(false);
    await artguard.processOpenWork();
    expect((await run(core.analysis.read, { requestId }, as("ada"))).status).toBe("COMPLETED");
    expect((await storedBytes(objects)).size).toBe(0);
  });
  it("takes uploads in encrypted for the platform, and keeps what was asked to be kept for the custodians", async () => {
    const { governance, clock, objects } = await guarded("tripartite");
    const { run, core, artguard } = governance;
    await splitKeyOf(governance, "ada");
    const begun = await run(core.upload.begin, { sizeBytes: photograph.length }, as("ada"));
    expect(begun.request).toBeUndefined();
    const uploadId = begun.upload_id;
    const body = (async function* () {
      yield photograph.subarray(0, 1000);
      yield photograph.subarray(1000);
    })();
    await run(core.upload.receive, { uploadId, body }, as("ada"));
    const held = await storedBytes(objects);
    expect([...held.keys()].map((key) => key.split("/").at(-1))).toEqual(["input.upload"]);
    for (const bytes of held.values()) expect(holdsPieceOf(photograph, bytes)).toBe(false);
    const granted_at = epochMillisecondsSchema.parse(clock.ms);
    const consent = { purpose: "image_storage", policy_version: "1", granted_at } as const;
    const { request_id: requestId } = await run(
      core.upload.complete,
      { uploadId, saveImage: true, consent },
      as("ada"),
    );
    await artguard.processOpenWork();
    expect((await run(core.analysis.read, { requestId }, as("ada"))).image_saved).toBe(true);
    const kept = await storedBytes(objects);
    expect([...kept.keys()].map((key) => key.split("/").at(-1))).toEqual([
      expect.stringMatching(/^heatmap-\w+\.png$/),
      "original.jpg",
      "processed.jpg",
    ]);
    for (const bytes of kept.values()) expect(holdsPieceOf(photograph, bytes)).toBe(false);
    await expect(run(core.analysis.reanalyze, { requestId }, as("ada"))).rejects.toMatchObject({
      code: "keys.approval-required",
    });
  });
}
