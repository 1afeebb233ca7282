import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryObjectStore, type PresigningObjectStore } from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { httpPlace, picture } from "./http-place.ts";

type Json = Readonly<Record<string, unknown>>;
const json = async (answer: Response) => (await answer.json()) as Json;
const sending = (body: object, headers: Record<string, string> = {}) => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});
const bytes = (body: Uint8Array) => ({ method: "PUT", body: new Uint8Array(body) });

/** The app, and an upload in it as a client makes one. */
async function uploadPlace(options: Parameters<typeof httpPlace>[0] = {}) {
  const place = await httpPlace(options);
  const begin = async (token: string, more: object = {}) => {
    const answer = await place.as(token, "/v1/uploads", sending({ size_bytes: picture.length, ...more }));
    expect(answer.status).toBe(201);
    return (await json(answer)) as { upload_id: string; url: string; method: string; headers: Record<string, string> };
  };
  const complete = (token: string, id: string, body: object = {}, headers: Record<string, string> = {}) =>
    place.as(token, `/v1/uploads/${id}/complete`, sending(body, headers));
  const keys = async () => {
    const all: string[] = [];
    for await (const { key } of place.objects.list("")) all.push(key);
    return all;
  };
  return { ...place, begin, complete, keys };
}

const reasonOf = async (answer: Response) => {
  const { code, details } = (await json(answer))["error"] as { code: string; details: { reason: string } };
  return [answer.status, code, details.reason];
};

describe("the routes of uploads", () => {
  it("take an image in through this server, and have it analysed once", async () => {
    const { as, artguard, begin, complete } = await uploadPlace();
    const begun = await begin("ada", { filename: "large.png", content_type: "image/png" });
    expect(begun).toMatchObject({ method: "PUT", url: `/v1/uploads/${begun.upload_id}/content`, headers: {} });
    expect((await as("ada", begun.url, bytes(picture))).status).toBe(200);
    const wanted = { save_image: true, consent_policy_version: "2026-01" };
    const answer = await complete("ada", begun.upload_id, wanted, { "idempotency-key": "k1" });
    const record = await json(answer);
    expect([answer.status, answer.headers.get("location")]).toEqual([202, `/v1/analyses/${record["request_id"]}`]);
    expect(record).toMatchObject({ status: "PENDING", filename: "large.png", consent: { policy_version: "2026-01" } });
    expect(record).not.toHaveProperty("input_object");
    await artguard.processOpenWork();
    const again = await json(await complete("ada", begun.upload_id, wanted, { "idempotency-key": "k1" }));
    expect(again).toMatchObject({ request_id: record["request_id"], status: "COMPLETED", image_saved: true });
    expect(await json(await as("ada", "/v1/user/quota"))).toMatchObject({ quota_used: 1 });
    const otherwise = await complete("ada", begun.upload_id, {}, { "idempotency-key": "k1" });
    expect(await reasonOf(otherwise)).toEqual([422, "CONFLICT", "user.idempotency-conflict"]);
    const conflict = [409, "CONFLICT", "analysis.upload-completed"];
    expect(await reasonOf(await complete("ada", begun.upload_id))).toEqual(conflict);
    expect(await reasonOf(await as("ada", begun.url, bytes(picture)))).toEqual(conflict);
  });

  it("lead to the store where it signs requests", async () => {
    const { begin, as, complete, artguard } = await uploadPlace({ objects: new SigningObjectStore() });
    const sha256 = "0".repeat(64);
    const { upload_id, url, headers } = await begin("ada", { content_type: "image/png", sha256 });
    expect(url).toBe(`https://store.invalid/?signed=inference/${today()}/${upload_id}/input.upload`);
    expect(headers).toEqual({ size: String(picture.length), type: "image/png", sha256, tags: '{"retention":"1d"}' });
    // What a signed request brought is looked at, whatever it said of itself.
    const second = await begin("ada");
    expect((await as("ada", `/v1/uploads/${second.upload_id}/content`, bytes(picture))).status).toBe(200);
    expect((await complete("ada", second.upload_id)).status).toBe(202);
    expect(await artguard.processOpenWork()).toMatchObject({ completed: 1 });
  });

  it("refuse what is too large, too short or no image, and keep nothing of it", async () => {
    const { as, begin, complete, keys } = await uploadPlace({ limits: { largeUploadBytes: 100_000 } });
    const huge = await as("ada", "/v1/uploads", sending({ size_bytes: 2 ** 30 }));
    expect(await reasonOf(huge)).toEqual([413, "PAYLOAD_TOO_LARGE", "image.too-large"]);
    const { url, upload_id } = await begin("ada", { size_bytes: 200_000 });
    const put = (body: Uint8Array, headers = {}) => as("ada", url, { ...bytes(body), headers });
    expect((await put(new Uint8Array(200_000))).status).toBe(413);
    expect(await reasonOf(await put(picture))).toEqual([409, "CONFLICT", "analysis.upload-incomplete"]);
    expect((await complete("ada", upload_id)).status).toBe(409);
    const text = await begin("ada", { size_bytes: 4, content_type: "image/png" });
    expect((await as("ada", text.url, bytes(Buffer.from("text")))).status).toBe(200);
    expect((await complete("ada", text.upload_id)).status).toBe(415);
    for (const id of [upload_id, text.upload_id]) {
      expect((await as("ada", `/v1/uploads/${id}`, { method: "DELETE" })).status).toBe(200);
      expect((await complete("ada", id)).status).toBe(404);
    }
    expect(await keys()).toEqual([]);
  });

  it("do not read a byte of an upload that is not the caller's", async () => {
    const { as, begin } = await uploadPlace();
    const { url } = await begin("ada");
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(++pulled)) }, { highWaterMark: 0 });
    const put = (token: string) => as(token, url, { method: "PUT", body: endless(), duplex: "half" } as RequestInit);
    expect([(await put("rex")).status, pulled]).toEqual([404, 0]);
    expect((await put("ada")).status).toBe(409);
    expect(pulled).toBeGreaterThan(0);
  });

  it("keep nothing of an upload that breaks off", async () => {
    const [receiving, brokenOff] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const place = await uploadPlace({ objects: new WatchedObjectStore(receiving.resolve, brokenOff.resolve) });
    const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 30_000, drainMs: 1000 };
    const server = await startServer(place.app, settings);
    onTestFinished(() => server.stop());
    const { url, upload_id } = await place.begin("ada");
    const head = [`PUT ${url} HTTP/1.1`, "Host: x", "Authorization: Bearer ada", `Content-Length: ${picture.length}`];
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => {
      socket.write([...head, "", ""].join("\r\n"));
      socket.write(picture.subarray(0, 10));
    });
    socket.on("error", () => undefined);
    await receiving.promise;
    socket.resetAndDestroy();
    await brokenOff.promise;
    expect(await place.keys()).toEqual([]);
    expect((await place.complete("ada", upload_id)).status).toBe(409);
    expect(
      (await fetch(`${server.url}${url}`, { ...bytes(picture), headers: { authorization: "Bearer ada" } })).status,
    ).toBe(200);
    expect((await place.complete("ada", upload_id)).status).toBe(202);
  });
});

describe("200 MB through the server", () => {
  it("cost it at most 64 MB of memory, and lie encrypted in its folder", async () => {
    const { growth, folder, upload } = await largeUpload("streamed");
    expect(growth).toBeLessThanOrEqual(64e6);
    const files = readdirSync(join(folder, "objects"), { recursive: true, withFileTypes: true });
    const large = files.find((file) => file.isFile() && file.parentPath.includes(upload));
    const stored = readFileSync(join(large!.parentPath, large!.name));
    expect(stored.length).toBeGreaterThan(200e6);
    expect(stored.includes(Buffer.alloc(64, 120))).toBe(false);
  }, 120_000);

  it("would cost more, were they held", async () => {
    expect((await largeUpload("buffered")).growth).toBeGreaterThan(128e6);
  }, 120_000);
});

/** Sends 200 MB to a server of its own. @returns by how many bytes its memory grew at its peak. */
async function largeUpload(kind: "streamed" | "buffered") {
  const folder = mkdtempSync(join(tmpdir(), "artguard-large-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = fileURLToPath(new URL("large-upload-server.ts", import.meta.url));
  const own = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", program];
  const child = spawn(process.execPath, [...own, join(folder, "store"), kind], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const { url, key } = await firstLine(child);
  const headers = { "x-api-key": key };
  const send = async (size: number) => {
    const announced = { size_bytes: size };
    const begun = await json(await fetch(`${url}/v1/uploads`, sending(announced, headers)));
    let left = size;
    const body = new ReadableStream<Uint8Array>({
      pull: (to) => {
        const piece = new Uint8Array(Math.min(left, 2 ** 18)).fill(120);
        left -= piece.length;
        to.enqueue(piece);
        if (left === 0) to.close();
      },
    });
    const init = { method: "PUT", body, headers: { ...headers, "content-length": String(size) }, duplex: "half" };
    const answer = await fetch(`${url}${begun["url"]}`, init as RequestInit);
    expect(answer.status, await answer.text()).toBe(200);
    return String(begun["upload_id"]);
  };
  // What a first upload loads is no part of what a large one takes.
  await send(2 ** 20);
  const before = peakBytes(child.pid ?? 0);
  const upload = await send(200e6);
  return { growth: peakBytes(child.pid ?? 0) - before, folder: join(folder, "store"), upload };
}

function firstLine(child: ChildProcess): Promise<{ url: string; key: string }> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text));
    });
    child.on("close", (code) => reject(new Error(`ended with ${code}`)));
  });
}

/** Most bytes of memory that a process ever had. */
function peakBytes(pid: number): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function today(): string {
  return new Date().toISOString().slice(0, 10).replaceAll("-", "/");
}

/** Tells when it has begun to take an object in, and when one failed. */
class WatchedObjectStore extends MemoryObjectStore {
  readonly #onBegin: () => void;
  readonly #onFailure: () => void;

  constructor(onBegin: () => void, onFailure: () => void) {
    super();
    [this.#onBegin, this.#onFailure] = [onBegin, onFailure];
  }

  override async put(...[key, body, options]: Parameters<MemoryObjectStore["put"]>) {
    this.#onBegin();
    try {
      return await super.put(key, body, options);
    } catch (error) {
      this.#onFailure();
      throw error;
    }
  }
}

/** Signs requests that say what was signed. */
class SigningObjectStore extends MemoryObjectStore implements PresigningObjectStore {
  async presignPut(key: string, options: Parameters<PresigningObjectStore["presignPut"]>[1]) {
    const { sizeBytes, contentType, sha256, tags } = options;
    const headers = {
      ...{ size: String(sizeBytes), type: contentType, tags: JSON.stringify(tags) },
      ...(sha256 !== undefined && { sha256 }),
    };
    return { method: "PUT", url: `https://store.invalid/?signed=${key}`, headers } as const;
  }
  presignGet(): never {
    throw new Error("nobody asked");
  }
  presignPost(): never {
    throw new Error("nobody asked");
  }
}
