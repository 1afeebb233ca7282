import { createHash } from "node:crypto";
import { S3ObjectStore, type S3ObjectStoreOptions } from "@artguard/core/s3";
import { describe, expect, it } from "vitest";
import { type S3Stub, type StubAnswer, type StubRequest, s3Failure, startS3Stub } from "../fixtures/s3-stub.ts";

const bytes = new TextEncoder().encode("picture");
const sha256 = createHash("sha256").update(bytes).digest("hex");
const ok: StubAnswer = { status: 200, headers: { etag: '"e"' } };

async function storeAgainst(
  answer: (request: StubRequest, index: number) => StubAnswer,
  options: Partial<S3ObjectStoreOptions> = {},
): Promise<{ store: S3ObjectStore; requests: S3Stub["requests"] } & AsyncDisposable> {
  const stub = await startS3Stub(answer);
  const clientConfig = { ...stub.clientConfig, ...options.clientConfig };
  const store = new S3ObjectStore({ bucket: "bucket", ...options, clientConfig });
  return { store, requests: stub.requests, [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose]() };
}

const methods = (requests: readonly StubRequest[]) => requests.map(({ method }) => method);

describe("throttling", () => {
  it("is waited out by the client, which alone repeats requests", async () => {
    await using under = await storeAgainst((_, index) => (index < 2 ? s3Failure(503, "SlowDown") : ok));
    await under.store.put("a", bytes);
    expect(methods(under.requests)).toEqual(["PUT", "PUT", "PUT"]);
  });

  it("that lasts is storage.throttled, after exactly the configured attempts", async () => {
    await using under = await storeAgainst(() => s3Failure(503, "SlowDown"));
    await expect(under.store.put("a", bytes)).rejects.toMatchObject({
      code: "storage.throttled",
      retryable: true,
      details: { s3_error: "SlowDown", attempts: 4 },
    });
    expect(under.requests.length).toBe(4);
  });
});

describe("deadlines", () => {
  it("end a request that is never answered", async () => {
    await using under = await storeAgainst(() => undefined, { timeoutMs: 300 });
    await expect(under.store.put("a", bytes)).rejects.toMatchObject({ code: "storage.timed-out", retryable: true });
    await expect(under.store.get("a")).rejects.toMatchObject({ code: "storage.timed-out" });
    await expect(under.store.head("a")).rejects.toMatchObject({ code: "storage.timed-out" });
    expect(methods(under.requests)).toEqual(["PUT", "GET", "HEAD"]);
  });

  it("end a body that stops coming", async () => {
    const headers = { "content-length": "1000000", "content-type": "image/png" };
    await using stub = await startS3Stub(() => undefined);
    const { createServer } = await import("node:http");
    const server = createServer((_, response) => response.writeHead(200, headers).write("the beginning"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const clientConfig = { ...stub.clientConfig, endpoint: `http://127.0.0.1:${port}` };
    const store = new S3ObjectStore({ bucket: "bucket", clientConfig, timeoutMs: 300 });
    await expect(store.get("a")).rejects.toMatchObject({ code: "storage.timed-out" });
    server.closeAllConnections();
    server.close();
  });

  it("give way to the caller's own reason", async () => {
    await using under = await storeAgainst(() => undefined);
    const stopping = new AbortController();
    const writing = under.store.put("a", bytes, { signal: stopping.signal });
    setTimeout(() => stopping.abort(new Error("stopped")), 50);
    await expect(writing).rejects.toThrow("stopped");
  });
});

describe("refusals", () => {
  it.each([
    [403, "InvalidAccessKeyId", "storage.access-denied"],
    [403, "SignatureDoesNotMatch", "storage.access-denied"],
    [400, "ExpiredToken", "storage.access-denied"],
    [403, "AccessDenied", "storage.access-denied"],
    [403, "RequestTimeTooSkewed", "storage.access-denied"],
    [404, "NoSuchBucket", "storage.bucket-missing"],
    [301, "PermanentRedirect", "storage.bucket-missing"],
    [412, "PreconditionFailed", "storage.condition-failed"],
    [400, "BadDigest", "storage.checksum-mismatch"],
    [400, "EntityTooLarge", "storage.object-too-large"],
    [500, "InternalError", "storage.unavailable"],
    [409, "ConditionalRequestConflict", "storage.unavailable"],
  ])("with %i %s is %s", async (status, name, code) => {
    await using under = await storeAgainst(() => s3Failure(status, name), { clientConfig: { maxAttempts: 1 } });
    await expect(under.store.put("a", bytes)).rejects.toMatchObject({ code, details: { s3_error: name } });
  });

  it("without a body, as to HEAD, are told by their status", async () => {
    await using under = await storeAgainst(() => ({ status: 403 }));
    await expect(under.store.head("a")).rejects.toMatchObject({ code: "storage.access-denied" });
  });

  it("for want of credentials are storage.access-denied, before any request", async () => {
    const credentials = async () => {
      throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
    };
    await using under = await storeAgainst(() => ok, { clientConfig: { credentials } });
    await expect(under.store.put("a", bytes)).rejects.toMatchObject({ code: "storage.access-denied" });
    expect(under.requests).toEqual([]);
  });

  it("by nobody listening are storage.unavailable", async () => {
    const under = await storeAgainst(() => ok, { clientConfig: { maxAttempts: 1 } });
    await under[Symbol.asyncDispose]();
    await expect(under.store.put("a", bytes)).rejects.toMatchObject({ code: "storage.unavailable", retryable: true });
  });
});

describe("a missing bucket", () => {
  it("is not an empty one: the head of an object says so", async () => {
    await using under = await storeAgainst(() => ({ status: 404 }));
    await expect(under.store.head("a")).rejects.toMatchObject({ code: "storage.bucket-missing" });
  });

  it("is asked for once", async () => {
    await using under = await storeAgainst(({ url }) => ({ status: url.startsWith("/bucket/a") ? 404 : 200 }));
    expect(await under.store.head("a")).toBeUndefined();
    expect(await under.store.head("a")).toBeUndefined();
    expect(methods(under.requests)).toEqual(["HEAD", "HEAD", "HEAD"]);
  });
});

describe("bytes", () => {
  it("are sent with their SHA-256, as checksum and as metadata", async () => {
    await using under = await storeAgainst(() => ok);
    await under.store.put("a", bytes, { contentType: "image/png", ifAbsent: true, tags: { retention: "30d" } });
    expect(under.requests[0]?.headers).toMatchObject({
      "x-amz-checksum-sha256": createHash("sha256").update(bytes).digest("base64"),
      "x-amz-meta-artguard-sha256": sha256,
      "x-amz-tagging": "retention=30d",
      "content-type": "image/png",
      "if-none-match": "*",
    });
  });

  it("that are not those of the metadata are storage.corrupt", async () => {
    const headers = { "x-amz-meta-artguard-sha256": sha256 };
    await using under = await storeAgainst(() => ({ status: 200, headers, body: "picturE" }));
    await expect(under.store.get("a")).rejects.toMatchObject({ code: "storage.corrupt" });
  });
});

describe("a conditional write whose first answer was lost", () => {
  const repeated = (writeIdOf: (put: StubRequest) => string) => {
    let put: StubRequest | undefined;
    return (request: StubRequest, index: number): StubAnswer => {
      if (request.method === "PUT") put ??= request;
      if (request.method === "HEAD")
        return { status: 200, headers: { "x-amz-meta-artguard-write-id": writeIdOf(put!) } };
      return index === 0 ? s3Failure(500, "InternalError") : s3Failure(412, "PreconditionFailed");
    };
  };

  it("succeeds when the object there is the one that it wrote", async () => {
    await using under = await storeAgainst(repeated(({ headers }) => String(headers["x-amz-meta-artguard-write-id"])));
    expect((await under.store.put("a", bytes, { ifAbsent: true })).sha256).toBe(sha256);
    expect(methods(under.requests)).toEqual(["PUT", "PUT", "HEAD"]);
  });

  it("fails when somebody else wrote it", async () => {
    await using under = await storeAgainst(repeated(() => "another"));
    await expect(under.store.put("a", bytes, { ifAbsent: true })).rejects.toMatchObject({
      code: "storage.condition-failed",
    });
  });
});

describe("an upload in parts", () => {
  const uploading = (partAnswer: () => StubAnswer, abortAnswer: () => StubAnswer) => (request: StubRequest) => {
    const { method, url } = request;
    if (method === "POST" && url.includes("uploads"))
      return {
        status: 200,
        body: "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
      };
    if (method === "DELETE") return abortAnswer();
    if (method === "PUT") return url.includes("partNumber=2") ? partAnswer() : ok;
    return { status: 200, body: "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>" };
  };
  async function* long(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 20; count++) yield new Uint8Array(1_000_000).fill(count);
  }
  const withoutRetries = { clientConfig: { maxAttempts: 1 } };

  it("sends parts of at least 5 MiB with their checksums, one after the other", async () => {
    await using under = await storeAgainst(
      uploading(
        () => ok,
        () => ok,
      ),
    );
    await under.store.put("a", long());
    expect(methods(under.requests)).toEqual(["POST", "PUT", "PUT", "PUT", "POST"]);
    const parts = under.requests.filter(({ method }) => method === "PUT");
    for (const { headers } of parts.slice(0, -1))
      expect(Number(headers["content-length"])).toBeGreaterThanOrEqual(5 * 2 ** 20);
    for (const { headers } of parts) expect(headers["x-amz-checksum-sha256"]).toBeDefined();
    expect(under.requests[0]?.headers["x-amz-meta-artguard-sha256"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is aborted when a part fails", async () => {
    await using under = await storeAgainst(
      uploading(
        () => s3Failure(500, "InternalError"),
        () => ({ status: 204 }),
      ),
      withoutRetries,
    );
    await expect(under.store.put("a", long())).rejects.toMatchObject({ code: "storage.unavailable" });
    expect(methods(under.requests)).toEqual(["POST", "PUT", "PUT", "DELETE"]);
    expect(under.requests.at(-1)?.url).toContain("uploadId=u1");
  });

  it("is aborted when the caller stops it", async () => {
    const stopping = new AbortController();
    const stop = (): StubAnswer => {
      stopping.abort(new Error("stopped"));
      return undefined;
    };
    await using under = await storeAgainst(uploading(stop, () => ({ status: 204 })));
    await expect(under.store.put("a", long(), { signal: stopping.signal })).rejects.toThrow("stopped");
    expect(methods(under.requests).at(-1)).toBe("DELETE");
  });

  it("succeeds when its end was carried out and only the answer lost, unless somebody else wrote meanwhile", async () => {
    const ended = (writeId: (created: StubRequest) => string) => {
      let created: StubRequest | undefined;
      let ends = 0;
      const upload = uploading(
        () => ok,
        () => s3Failure(404, "NoSuchUpload"),
      );
      return (request: StubRequest): StubAnswer => {
        const { method, url } = request;
        if (method === "HEAD") return { status: 200, headers: { "x-amz-meta-artguard-write-id": writeId(created!) } };
        if (method !== "POST") return upload(request);
        if (!url.includes("uploadId")) {
          created = request;
          return upload(request);
        }
        return ends++ === 0 ? s3Failure(500, "InternalError") : s3Failure(404, "NoSuchUpload");
      };
    };
    await using own = await storeAgainst(ended(({ headers }) => String(headers["x-amz-meta-artguard-write-id"])));
    expect((await own.store.put("a", long())).size_bytes).toBe(20_000_000);
    await using other = await storeAgainst(ended(() => "another"));
    await expect(other.store.put("a", long())).rejects.toMatchObject({ details: { s3_error: "NoSuchUpload" } });
  });

  it("says that parts may stay when it cannot be aborted", async () => {
    const failure = () => s3Failure(500, "InternalError");
    await using under = await storeAgainst(uploading(failure, failure), withoutRetries);
    await expect(under.store.put("a", long())).rejects.toThrow(/parts could not be removed/);
  });
});

it("asks for the following page of a listing until there is none", async () => {
  const page = (key: string, next?: string) => ({
    status: 200,
    body: `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ""}<Contents><Key>${key}</Key><Size>1</Size></Contents><Contents><Key>folder/</Key><Size>0</Size></Contents></ListBucketResult>`,
  });
  await using under = await storeAgainst(({ url }) =>
    url.includes("continuation-token=t1") ? page("b") : page("a", "t1"),
  );
  const keys: string[] = [];
  for await (const { key } of under.store.list("")) keys.push(key);
  expect(keys).toEqual(["a", "b"]);
  expect(under.requests.length).toBe(2);
});
