import { userIdOf } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { formOf, halfDetector, httpPlace, picture } from "./http-place.ts";

interface Answer {
  readonly request_id: string;
  readonly error: { readonly code: string; readonly details: { readonly reason?: string } };
}
const bodyOf = async (answer: Response) => (await answer.json()) as Answer & Record<string, unknown>;

describe("POST /detect-forgery", () => {
  it("answers the analysis with the spec's names, and nothing of how we keep it", async () => {
    const { upload, as } = await httpPlace();
    const answer = await upload("ada");
    const analysis = await bodyOf(answer);
    expect([answer.status, analysis]).toMatchObject([
      200,
      { status: "COMPLETED", user_id: "ada", filename: "portrait.png", content_type: "image/png", image_saved: false },
    ]);
    expect(analysis["forgery_score"]).toBeGreaterThan(0);
    for (const name of ["lease_owner", "fence", "open_work", "image_object", "raw_image_url"]) {
      expect(analysis).not.toHaveProperty(name);
    }
    expect(JSON.stringify(analysis)).not.toContain('"heatmap"');
    const read = await as("ada", `/v1/analyses/${analysis.request_id}`);
    expect(await read.json()).toMatchObject({
      request_id: analysis.request_id,
      forgery_score: analysis["forgery_score"],
    });
  });

  it("keeps the image with ?save_image=true, as the spec's curl asks, under the consent that it names", async () => {
    const { upload, artguard } = await httpPlace({ consentPolicyVersion: "2026-01" });
    const plain = await bodyOf(await upload("ada", { query: "?save_image=true" }));
    expect(plain).toMatchObject({
      image_saved: true,
      consent: { purpose: "image_storage", policy_version: "2026-01" },
    });
    expect(await artguard.get(plain.request_id)).toHaveProperty("image_object");
    const shown = { query: "?save_image=true", fields: { consent_policy_version: "2025-07" } };
    expect(await bodyOf(await upload("ada", shown))).toMatchObject({ consent: { policy_version: "2025-07" } });
    expect(await bodyOf(await upload("ada", { query: "?save_image=false" }))).toMatchObject({ image_saved: false });
    expect((await upload("ada", { query: "?save_image=yes" })).status).toBe(400);
  });

  it("does a request with an Idempotency-Key once, and refuses the key for another one", async () => {
    const { upload, as } = await httpPlace();
    const headers = { "idempotency-key": "k1" };
    const [first, second] = [
      await bodyOf(await upload("ada", { headers })),
      await bodyOf(await upload("ada", { headers })),
    ];
    expect(second.request_id).toBe(first.request_id);
    const other = await upload("ada", { headers, query: "?save_image=true" });
    expect([other.status, (await bodyOf(other)).error.details.reason]).toEqual([422, "user.idempotency-conflict"]);
    expect((await bodyOf(await upload("rex", { headers }))).request_id).not.toBe(first.request_id);
    const { items } = (await (await as("ada", "/v1/analyses")).json()) as { items: unknown[] };
    expect(items.length).toBe(1);
    expect((await upload("ada", { headers: { "idempotency-key": "" } })).status).toBe(400);
  });

  it("tells a repeated request that the first one is at work", async () => {
    const gate = Promise.withResolvers<void>();
    const { upload } = await httpPlace({ detectors: [halfDetector(gate.promise)] });
    const headers = { "idempotency-key": "k1", accept: "text/event-stream" };
    const first = await upload("ada", { headers });
    const second = await upload("ada", { headers: { "idempotency-key": "k1" } });
    expect([first.status, second.status, Number(second.headers.get("retry-after")) > 0]).toEqual([200, 409, true]);
    gate.resolve();
    expect(await first.text()).toContain("event: completed");
  });

  it("leaves the work for later with Prefer: respond-async, and says where the result will be", async () => {
    const { upload, as, artguard } = await httpPlace();
    const answer = await upload("ada", { headers: { prefer: "respond-async" } });
    const { request_id, status } = await bodyOf(answer);
    expect([answer.status, status]).toEqual([202, "PENDING"]);
    expect(answer.headers.get("preference-applied")).toBe("respond-async");
    const location = answer.headers.get("location")!;
    expect(location).toBe(`/v1/analyses/${request_id}`);
    expect(await artguard.processOpenWork()).toMatchObject({ completed: 1 });
    expect(await (await as("ada", location)).json()).toMatchObject({ status: "COMPLETED" });
  });

  it("believes the bytes, not the names: what is no image is refused", async () => {
    const { upload } = await httpPlace();
    const answer = await upload("ada", { bytes: new TextEncoder().encode("%PDF-1.7 portrait") });
    expect([answer.status, (await bodyOf(answer)).error.code]).toEqual([415, "UNSUPPORTED_MEDIA"]);
    expect((await upload("ada", { bytes: new Uint8Array() })).status).toBe(400);
    expect((await upload("ada", { bytes: picture.subarray(0, picture.length - 40) })).status).toBeLessThan(500);
  });

  it("refuses what is no form, a form without a file, and one that breaks off", async () => {
    const { as } = await httpPlace();
    const send = (body: string, type: string) =>
      as("ada", "/detect-forgery", { method: "POST", body, headers: { "content-type": type } });
    expect((await send("{}", "application/json")).status).toBe(415);
    expect((await send("x", "multipart/form-data")).status).toBe(415);
    expect((await send("--b\r\nno form", "multipart/form-data; boundary=b")).status).toBe(400);
    expect((await send("", "multipart/form-data; boundary=b")).status).toBe(400);
    const noFile = '--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nx\r\n--b--\r\n';
    const without = await send(noFile, "multipart/form-data; boundary=b");
    expect([without.status, (await bodyOf(without)).error.details.reason]).toEqual([400, "http.invalid-body"]);
    const long = { consent_policy_version: "x".repeat(5000) };
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, "x"]));
    for (const fields of [long, many]) {
      expect((await as("ada", "/detect-forgery", await formOf(picture, fields))).status).toBe(400);
    }
  });

  it("stops reading a body with the byte that is too much, whether or not it was announced", async () => {
    const limit = 4096;
    const { app } = await httpPlace({ limits: { uploadBytes: limit } });
    const head = new TextEncoder().encode('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n');
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(head),
      pull: (controller) => {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const headers = { authorization: "Bearer ada", "content-type": "multipart/form-data; boundary=b" };
    const unannounced = new Request("http://x/detect-forgery", {
      method: "POST",
      body: endless,
      headers,
      duplex: "half",
    });
    const answer = await app.request(unannounced);
    expect([answer.status, (await bodyOf(answer)).error.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    expect(sent).toBeLessThan(limit + 10 * 1024);
    const announced = { method: "POST", body: "x", headers: { ...headers, "content-length": "200000000" } };
    expect((await app.request("/detect-forgery", announced)).status).toBe(413);
  });

  it("answers busy when bodies in memory or waiting uploads are too many, and goes on afterwards", async () => {
    const gate = Promise.withResolvers<void>();
    const detectors = [halfDetector(gate.promise)];
    const { upload, app } = await httpPlace({ detectors, limits: { working: 1, waiting: 1 } });
    const stream = { headers: { accept: "text/event-stream" } };
    const working = await upload("ada", stream);
    const waiting = upload("ada");
    while (!(await (await app.request("/metrics")).text()).includes("artguard_http_waiting 1"))
      await new Promise(setImmediate);
    const refused = await upload("rex");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await bodyOf(refused)).error.code).toBe("TEMPORARILY_UNAVAILABLE");
    expect((await app.request("/health/live")).status).toBe(200);
    gate.resolve();
    await working.text();
    expect((await waiting).status).toBe(200);
    expect((await upload("rex")).status).toBe(200);
    const text = await (await app.request("/metrics")).text();
    for (const line of ["artguard_http_held 0", "artguard_http_working 0", "artguard_http_waiting 0"]) {
      expect(text).toContain(line);
    }
    const small = await httpPlace({ limits: { heldBytes: 100 } });
    expect((await small.upload("ada")).status).toBe(503);
  });

  it("is refused to who may not, and to who has used the month up, with when it begins anew", async () => {
    const { upload, people } = await httpPlace();
    expect((await upload(undefined)).status).toBe(401);
    expect((await upload("forged")).status).toBe(401);
    await people.changePlan(userIdOf("ada"), { monthly_quota: 1 });
    expect((await upload("ada")).status).toBe(200);
    const refused = await upload("ada");
    const { error } = (await refused.json()) as {
      error: { code: string; details: { limit: number; resets_at: number } };
    };
    expect([refused.status, error]).toMatchObject([429, { code: "USAGE_LIMIT_EXCEEDED", details: { limit: 1 } }]);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(Date.now() + seconds * 1000 - error.details.resets_at).toBeLessThan(60_000);
  });

  it("begins nothing for a caller who went away while waiting", async () => {
    const gate = Promise.withResolvers<void>();
    const { upload, app, artguard } = await httpPlace({
      detectors: [halfDetector(gate.promise)],
      limits: { working: 1 },
    });
    const first = await upload("rex", { headers: { accept: "text/event-stream" } });
    const controller = new AbortController();
    const form = await formOf(picture);
    const headers = { authorization: "Bearer ada", ...form.headers };
    const { signal } = controller;
    const waiting = app.request(new Request("http://x/detect-forgery", { ...form, headers, signal }));
    while (!(await (await app.request("/metrics")).text()).includes("artguard_http_waiting 1")) {
      await new Promise(setImmediate);
    }
    controller.abort();
    gate.resolve();
    await first.text();
    expect((await waiting).status).toBe(503);
    expect((await artguard.history("ada")).items).toEqual([]);
  });

  it("ends the analysis of a caller who went away, unless the caller can find it again by its key", async () => {
    const gate = Promise.withResolvers<void>();
    const { app, artguard } = await httpPlace({ detectors: [halfDetector(gate.promise)] });
    const ended = async (headers: Record<string, string>) => {
      const controller = new AbortController();
      const form = await formOf(picture);
      const request = new Request("http://x/detect-forgery", {
        ...form,
        headers: { authorization: "Bearer ada", ...form.headers, ...headers },
        signal: controller.signal,
      });
      const answer = Promise.resolve(app.request(request));
      const newest = async () => (await artguard.history("ada", { limit: 1 })).items[0];
      const before = (await newest())?.request_id;
      while ((await newest())?.status !== "PROCESSING" || (await newest())?.request_id === before) {
        await new Promise(setImmediate);
      }
      controller.abort();
      return { answer, status: async () => (await newest())?.status };
    };
    const gone = await ended({});
    expect((await gone.answer).status).toBe(503);
    expect(await gone.status()).toBe("FAILED");
    const keyed = await ended({ "idempotency-key": "k1" });
    gate.resolve();
    expect((await keyed.answer).status).toBe(200);
    expect(await keyed.status()).toBe("COMPLETED");
  });
});

describe("DELETE /api/user/{user_id}/data", () => {
  it("erases everything of oneself, with a receipt; nobody else's", async () => {
    const { upload, as, audit } = await httpPlace();
    const { request_id } = await bodyOf(await upload("ada", { query: "?save_image=true" }));
    const erase = (who: string | undefined, whom: string) => as(who, `/api/user/${whom}/data`, { method: "DELETE" });
    expect((await erase(undefined, "ada")).status).toBe(401);
    const [others, nobodys] = [await erase("rex", "ada"), await erase("rex", "nobody")];
    expect([others.status, nobodys.status]).toEqual([404, 404]);
    expect(withoutTrace(await others.json())).toEqual(withoutTrace(await nobodys.json()));
    expect((await as("ada", `/v1/analyses/${request_id}`)).status).toBe(200);
    const receipt = await erase("ada", "ada");
    expect(await receipt.json()).toMatchObject({ user_id: "ada", erased: { analyses: 1, objects: 3, users: 1 } });
    expect((await as("ada", `/v1/analyses/${request_id}`)).status).toBe(404);
    expect(audit.entries.some(({ type, outcome }) => type === "user.erase" && outcome === "success")).toBe(true);
  });
});

function withoutTrace(body: unknown): string {
  return JSON.stringify(body).replace(/[0-9a-f]{32}/, "");
}
