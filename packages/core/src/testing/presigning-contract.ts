import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { canPresign, type ObjectStore, type PresigningObjectStore } from "../storage/object-store.ts";
import type { TestRunner } from "./test-runner.ts";

const picture = new TextEncoder().encode("picture");
const contentType = "image/jpeg";

async function rejectsWith(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isArtGuardError(error, code));
}

/** What a store promises that signs requests for others; part of `objectStoreContract`. */
export function presigningContract({ it }: TestRunner, create: () => Promise<ObjectStore>): void {
  const presigning = async (): Promise<PresigningObjectStore> => {
    const store = await create();
    assert.ok(canPresign(store));
    return store;
  };
  const send = (url: string, init: RequestInit) => fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });

  it("lets others download an object until the request expires", async () => {
    const store = await presigning();
    await store.put("a b+c%ü.jpg", picture);
    const { method, url, headers } = await store.presignGet("a b+c%ü.jpg", { downloadName: "Ölbild (1).jpg" });
    const answer = await send(url, { method, headers });
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), picture);
    assert.equal(new URL(url).searchParams.get("X-Amz-Expires"), "300");
    assert.match(
      new URL(url).searchParams.get("response-content-disposition") ?? "",
      /UTF-8''%C3%96lbild%20%281%29\.jpg$/,
    );
  });

  it("lets others upload exactly the announced bytes", async () => {
    const store = await presigning();
    const sha256 = createHash("sha256").update(picture).digest("hex");
    const options = { sizeBytes: picture.length, contentType, sha256, tags: { retention: "1d" } };
    const { method, url, headers } = await store.presignPut("in/a b+c%ü.jpg", options);
    const signed = new URL(url).searchParams.get("X-Amz-SignedHeaders")?.split(";") ?? [];
    for (const name of ["content-length", "content-type", "x-amz-checksum-sha256", "x-amz-tagging"])
      assert.ok(signed.includes(name), name);
    assert.equal((await send(url, { method, headers, body: picture })).status, 200);
    const head = await store.head("in/a b+c%ü.jpg");
    assert.deepEqual([head?.size_bytes, head?.content_type, head?.sha256], [picture.length, contentType, sha256]);
    assert.deepEqual(await store.get("in/a b+c%ü.jpg"), picture);
    assert.deepEqual(await store.getTags("in/a b+c%ü.jpg"), { retention: "1d" });
  });

  it("lets others upload by a form, bound to a prefix, a type and a range of lengths", async () => {
    const store = await presigning();
    const target = { prefix: "inference/in/" };
    const { url, fields } = await store.presignPost(target, { maxBytes: 100, contentType, tags: { retention: "30d" } });
    const { conditions } = JSON.parse(Buffer.from(fields["Policy"]!, "base64").toString());
    const text = JSON.stringify(conditions);
    assert.ok(text.includes('["content-length-range",1,100]'));
    assert.ok(text.includes('["starts-with","$key","inference/in/"]'));
    assert.ok(text.includes('{"Content-Type":"image/jpeg"}'));
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([picture]), "chosen.jpg");
    assert.ok((await send(url, { method: "POST", body: form })).ok);
    assert.deepEqual(await store.get("inference/in/chosen.jpg"), picture);
    // Nobody computed a SHA-256 of ours: the head says nothing rather than something unchecked.
    assert.equal((await store.head("inference/in/chosen.jpg"))?.sha256, undefined);
  });

  it("refuses to sign what would be too wide", async () => {
    const store = await presigning();
    for (const expiresInSeconds of [0, 3601, 1.5])
      await rejectsWith("storage.invalid-option", store.presignGet("a", { expiresInSeconds }));
    await rejectsWith("storage.invalid-option", store.presignPut("a", { sizeBytes: -1, contentType }));
    await rejectsWith("storage.invalid-option", store.presignPut("a", { sizeBytes: 1, contentType: "a\nb" }));
    for (const target of [{ prefix: "" }, { prefix: "a" }, { prefix: "../" }, { key: `a/\${filename}` }, { key: "/a" }])
      await rejectsWith("storage.invalid-key", store.presignPost(target, { maxBytes: 1, contentType }));
  });
}
