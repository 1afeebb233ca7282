import { createArtGuard } from "@artguard/core";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded } from "../fixtures/synthetic-images.ts";

/** A picture of a bright ellipse at a place of its own. */
const scene = (x: number, y: number) =>
  sharp(
    Buffer.from(`<svg width="160" height="120"><rect width="160" height="120" fill="#445"/>
    <ellipse cx="${x}" cy="${y}" rx="40" ry="25" fill="#fd8"/><rect x="${y}" y="5" width="20" height="60" fill="#111"/></svg>`),
  );

async function setup(isolation: "none" | "process" = "none") {
  let id = 0;
  const artguard = await createArtGuard({
    detectors: [],
    storage: "memory",
    isolation,
    concurrency: 1,
    newId: () => `r${++id}`,
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  return artguard;
}

describe("findSimilar", () => {
  it.each(["none", "process"] as const)(
    "finds the copies of a picture among the user's own (isolation %s)",
    async (isolation) => {
      const artguard = await setup(isolation);
      const options = { userId: "u1" };
      const original = await artguard.analyze(await encoded(scene(50, 40).png()), options);
      const copy = await artguard.analyze(await encoded(scene(50, 40).resize(80).jpeg({ quality: 60 })), options);
      const mirror = await artguard.analyze(await encoded(scene(50, 40).flop().png()), options);
      await artguard.analyze(await encoded(scene(110, 90).png()), options);
      await artguard.analyze(await encoded(scene(50, 40).png()), { userId: "u2" });

      const found = await artguard.findSimilar({ request_id: original.request_id }, options);
      expect(found.map(({ analysis, mirrored }) => [analysis.request_id, mirrored])).toEqual(
        expect.arrayContaining([
          [copy.request_id, false],
          [mirror.request_id, true],
        ]),
      );
      expect(found).toHaveLength(2);
      const byHash = await artguard.findSimilar(
        { perceptual_hash: original.perceptual_hash! },
        { ...options, distance: 0 },
      );
      expect(byHash.map(({ analysis }) => analysis.request_id)).toContain(original.request_id);
    },
  );

  it("looks at no more records than it was told, newest first", async () => {
    const artguard = await setup();
    for (let i = 0; i < 3; i++) await artguard.analyze(await encoded(scene(50, 40).png()), { userId: "u1" });
    const newest = await artguard.get("r3");
    expect(
      await artguard.findSimilar({ perceptual_hash: newest.perceptual_hash! }, { userId: "u1", limit: 2 }),
    ).toHaveLength(2);
  });

  it("finds nothing for a flat picture, which has no hash", async () => {
    const artguard = await setup();
    const flat = await encoded(sharp({ create: { width: 50, height: 50, channels: 3, background: "#777" } }).png());
    const { request_id, perceptual_hash } = await artguard.analyze(flat, { userId: "u1" });
    await artguard.analyze(flat, { userId: "u1" });
    expect(perceptual_hash).toBeUndefined();
    expect(await artguard.findSimilar({ request_id }, { userId: "u1" })).toEqual([]);
  });

  it("gives away nothing of another user, and refuses what it cannot work with", async () => {
    const artguard = await setup();
    const { request_id, perceptual_hash = "" } = await artguard.analyze(await encoded(scene(50, 40).png()), {
      userId: "u1",
    });
    await expect(artguard.findSimilar({ request_id }, { userId: "u2" })).rejects.toMatchObject({
      code: "analysis.not-found",
    });
    const invalid = { code: "analysis.invalid-input" };
    await expect(artguard.findSimilar({ perceptual_hash: "xyz" }, { userId: "u1" })).rejects.toMatchObject(invalid);
    for (const options of [{ distance: -1 }, { distance: 33 }, { distance: 0.5 }, { limit: 0 }])
      await expect(artguard.findSimilar({ perceptual_hash }, { userId: "u1", ...options })).rejects.toMatchObject(
        invalid,
      );
  });
});
