import { createHash } from "node:crypto";
import { createArtGuard, MemoryTableStore, userIdOf } from "@artguard/core";
import { S3ObjectStore } from "@artguard/core/s3";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

const picture = await encoded(gradient(30, 20).png());
const sha256 = createHash("sha256").update(picture).digest("hex");
const userId = userIdOf("ada");

describe.skipIf(!canRunMoto())("uploads on S3 (moto)", () => {
  let server: Awaited<ReturnType<typeof startMoto>>;
  let count = 0;
  beforeAll(async () => {
    server = await startMoto();
  }, 600_000);
  afterAll(() => server[Symbol.asyncDispose]());

  async function house() {
    const bucket = `uploads-${++count}`;
    await new S3Client(server.clientConfig).send(new CreateBucketCommand({ Bucket: bucket }));
    const objects = new S3ObjectStore({ bucket, clientConfig: server.clientConfig });
    const tables = new MemoryTableStore();
    const artguard = await createArtGuard({ detectors: [], isolation: "none", tables, objects });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    const keys = async () => {
      const all: string[] = [];
      for await (const { key } of objects.list("")) all.push(key);
      return all;
    };
    const begin = async (more = {}) => {
      const begun = await artguard.uploads.begin({ userId, sizeBytes: picture.length, ...more });
      const { method = "", url = "", headers = {} } = begun.request ?? {};
      // moto writes what it is sent, whatever was signed.
      const send = async (body: Uint8Array) =>
        (await fetch(url, { method, headers: lengthLeftOut(headers), body: new Uint8Array(body) })).status;
      return { ...begun, url: new URL(url), headers, send };
    };
    return { objects, artguard, keys, begin };
  }

  it("go to the bucket by a request signed for just these bytes, and from there into an analysis", async () => {
    const { artguard, objects, keys, begin } = await house();
    const { upload_id, url, headers, send } = await begin({ sha256, contentType: "image/png" });
    expect(url.searchParams.get("X-Amz-Expires")).toBe("3600");
    const signed = url.searchParams.get("X-Amz-SignedHeaders")?.split(";");
    expect(signed).toEqual(
      expect.arrayContaining(["content-length", "content-type", "x-amz-checksum-sha256", "x-amz-tagging"]),
    );
    expect(headers).toMatchObject({ "content-length": String(picture.length), "x-amz-tagging": "retention=1d" });
    expect(await send(picture)).toBe(200);
    const [key = ""] = await keys();
    expect(key).toMatch(new RegExp(`^inference/[\\d/]+/${upload_id}/input\\.upload$`));
    expect(await objects.getTags(key)).toEqual({ retention: "1d" });
    const record = await artguard.uploads.complete(upload_id);
    expect(await keys()).toEqual([record.input_object?.key]);
    await artguard.processOpenWork();
    expect(await artguard.get(record.request_id)).toMatchObject({ status: "COMPLETED", sha256 });
  });

  it("are looked at when they are completed: S3 may have been sent anything", async () => {
    const { artguard, begin } = await house();
    const { upload_id, send } = await begin();
    const refused = (code: string) =>
      expect(artguard.uploads.complete(upload_id)).rejects.toThrow(expect.objectContaining({ code }));
    await refused("analysis.upload-incomplete");
    await send(picture.subarray(1));
    await refused("analysis.upload-incomplete");
    await send(new Uint8Array(picture.length));
    await refused("image.unsupported-format");
    await send(picture);
    expect(await artguard.uploads.complete(upload_id)).toMatchObject({ status: "PENDING" });
  });

  it("do not change an analysis by their request once they are completed", async () => {
    const { artguard, begin, keys } = await house();
    const { upload_id, send } = await begin();
    await send(picture);
    const { request_id } = await artguard.uploads.complete(upload_id);
    expect(await send(await encoded(gradient(31, 20).png()))).toBe(200);
    expect((await artguard.uploads.complete(upload_id)).request_id).toBe(request_id);
    expect(await keys()).toHaveLength(1);
    await artguard.processOpenWork();
    expect(await artguard.get(request_id)).toMatchObject({ status: "COMPLETED", sha256 });
  });
});

/** fetch sets the length itself, as browsers do. */
function lengthLeftOut({ "content-length": _, ...headers }: Readonly<Record<string, string>>) {
  return headers;
}
