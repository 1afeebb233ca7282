import { createHash } from "node:crypto";
import { ApiKeyRepository, type ExportedFile, MemoryObjectStore, MemoryTableStore, openPrivacy } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { now } from "./erasure-place.ts";
import { imagesOf, storeSubjects, subject, writtenAt } from "./subjects.ts";

async function exported() {
  const [tables, objects] = [new MemoryTableStore({ now }), new MemoryObjectStore()];
  const [one, other] = [subject(1), subject(2)];
  const { users } = await storeSubjects([one, other], tables, objects);
  const keys = new ApiKeyRepository(tables, users, { secret: new Uint8Array(32), now });
  const { key } = await keys.create(one.userId, "laptop");
  const hash = (await users.get({ user_id: one.userId }))?.api_key_hash;
  const privacy = await openPrivacy({ tables, objects, settleMs: 0, now });
  const files: ExportedFile[] = [];
  for await (const file of privacy.exportUser(one.userId)) files.push(file);
  const text = (path: string) => new TextDecoder().decode(files.find((file) => file.path === path)?.bytes);
  return { files, text, one, other, key, hash: hash! };
}

describe("exportUser", () => {
  it("holds account, keys, records, earlier results and images", async () => {
    const { files, text, one } = await exported();
    const [saved, waiting] = one.requestIds;
    expect(files.map(({ path }) => path)).toEqual([
      "profile.json",
      "api-keys.json",
      "idempotency-keys.json",
      "statements.json",
      `analyses/${saved}/analysis.json`,
      `analyses/${saved}/versions/1.json`,
      `analyses/${saved}/original.jpg`,
      `analyses/${saved}/processed.jpg`,
      `analyses/${saved}/heatmap-0.png`,
      `analyses/${waiting}/analysis.json`,
      `analyses/${waiting}/input.jpg`,
      "manifest.json",
    ]);
    expect(JSON.parse(text("profile.json"))).toMatchObject({ email: one.email, account_tier: "Standard" });
    const record = JSON.parse(text(`analyses/${saved}/analysis.json`));
    expect(record).toMatchObject({ filename: `${one.fingerprint}.jpg`, consent: { purpose: "image_storage" } });
    expect(record.retention.map(({ datum }: { datum: string }) => datum)).toContain("image");
    const images = imagesOf(one).map(([, bytes]) => bytes);
    expect(files.filter(({ content_type }) => content_type.startsWith("image/")).map(({ bytes }) => bytes)).toEqual(
      images,
    );
    expect(JSON.parse(text("statements.json"))).toEqual([
      { request_id: "r1-reviewed", review: expect.objectContaining({ reviewer_id: one.userId }) },
    ]);
    expect(JSON.parse(text("idempotency-keys.json"))).toMatchObject([{ key: `key-${one.fingerprint}` }]);
  });

  it("holds an image of before, which its record names by a URL alone", async () => {
    const [tables, objects, one] = [new MemoryTableStore({ now }), new MemoryObjectStore(), subject(1)];
    const { analyses } = await storeSubjects([one], tables, objects);
    const [request_id] = one.requestIds;
    await objects.put("audit/20240209_a1b2c3.jpg", Uint8Array.of(1, 2, 3));
    const change = { set: { processed_image_url: "s3://bucket/audit/20240209_a1b2c3.jpg" } };
    await analyses.update({ request_id, created_at: writtenAt }, change);
    const privacy = await openPrivacy({ tables, objects, settleMs: 0, now });
    const found: ExportedFile[] = [];
    for await (const file of privacy.exportUser(one.userId)) found.push(file);
    expect(found.find(({ path }) => path.endsWith("20240209_a1b2c3.jpg"))).toEqual({
      path: `analyses/${request_id}/20240209_a1b2c3.jpg`,
      content_type: "image/jpeg",
      bytes: Uint8Array.of(1, 2, 3),
    });
  });

  it("holds no secret, nothing about how work is shared out, and nothing of anybody else", async () => {
    const { files, key, hash, other } = await exported();
    const all = files.map(({ path, bytes }) => path + new TextDecoder().decode(bytes)).join("\n");
    expect(all).toContain("laptop");
    for (const secret of [
      key,
      key.split("_").at(-1)!,
      hash,
      "api_key_hash",
      "lease_owner",
      "s3://",
      other.fingerprint,
    ]) {
      expect(all).not.toContain(secret);
    }
  });

  it("ends with a manifest by which the files can be checked", async () => {
    const { files, text } = await exported();
    const manifest = JSON.parse(text("manifest.json")) as { files: { path: string; sha256: string }[] };
    const hashes = files
      .slice(0, -1)
      .map(({ path, bytes }) => [path, createHash("sha256").update(bytes).digest("hex")]);
    expect(manifest.files.map(({ path, sha256 }) => [path, sha256])).toEqual(hashes);
  });
});
