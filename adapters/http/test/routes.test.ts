import { describe, expect, it } from "vitest";
import { halfDetector, httpPlace } from "./http-place.ts";

type Json = Readonly<Record<string, unknown>>;
const json = async (answer: Response | Promise<Response>) => (await (await answer).json()) as Json;
const sending = (method: string, body: object) => ({
  method,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

describe("the routes of analyses", () => {
  it("list the caller's own, newest first, in pages", async () => {
    const { upload, as } = await httpPlace();
    const ids: unknown[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await json(upload("ada")))["request_id"]);
    await upload("rex");
    const first = await json(as("ada", "/v1/analyses?limit=2"));
    const second = await json(as("ada", `/v1/analyses?limit=2&cursor=${encodeURIComponent(String(first["cursor"]))}`));
    const items = [first, second].flatMap((page) => page["items"] as Json[]);
    expect(items.map(({ request_id }) => request_id)).toEqual(ids);
    expect(second).not.toHaveProperty("cursor");
    expect(items[0]).not.toHaveProperty("raw_image_url");
    for (const query of ["limit=0", "limit=two", "limit=1001", "cursor=forged"]) {
      expect((await as("ada", `/v1/analyses?${query}`)).status, query).toBe(400);
    }
    expect((await as("rex", "/v1/analyses?user_id=ada")).status).toBe(403);
  });

  it("give one with its versions, how long it is kept and what is like it; judge again, forget the image, delete", async () => {
    const { upload, as } = await httpPlace();
    const { request_id } = await json(upload("ada", { query: "?save_image=true" }));
    const path = `/v1/analyses/${request_id}`;
    expect(await json(as("ada", `${path}/reanalyze`, { method: "POST" }))).toMatchObject({ version_number: 2 });
    expect(await json(as("ada", `${path}/versions`))).toMatchObject({
      items: [{ version_number: 1 }, { version_number: 2 }],
    });
    const { items } = await json(as("ada", `${path}/retention`));
    expect(items).toContainEqual(expect.objectContaining({ datum: "image", kept: true }));
    expect(await json(as("ada", `${path}/similar`))).toEqual({ items: [] });
    const withdrawn = await json(as("ada", `${path}/withdraw-consent`, { method: "POST" }));
    expect(withdrawn).toMatchObject({ image_saved: false });
    expect((await as("ada", `${path}/reanalyze`, { method: "POST" })).status).toBe(409);
    expect(await json(as("ada", path, { method: "DELETE" }))).toEqual({});
    expect((await as("ada", path)).status).toBe(404);
  });

  it("draw the heat map while this process remembers it, for who may see the analysis", async () => {
    const { upload, as, storeAnalysis } = await httpPlace();
    const { request_id } = await json(upload("ada"));
    const answer = await as("ada", `/v1/analyses/${request_id}/heat-map.png`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/png"]);
    const png = Buffer.from(await answer.arrayBuffer());
    expect([png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(["PNG", 30, 20]);
    expect((await as("rex", `/v1/analyses/${request_id}/heat-map.png`)).status).toBe(404);
    await storeAnalysis("old", "ada");
    const gone = await as("ada", "/v1/analyses/old/heat-map.png");
    expect([gone.status, await gone.json()]).toMatchObject([
      404,
      { error: { details: { reason: "analysis.heat-map-not-kept" } } },
    ]);
  });
});

describe("a kept heat map", () => {
  const heatMap = async (answer: Response | Promise<Response>) => {
    const { status, headers } = await answer;
    const png = Buffer.from(await (await answer).arrayBuffer());
    expect([status, headers.get("content-type"), png.subarray(1, 4).toString()]).toEqual([200, "image/png", "PNG"]);
    return png;
  };

  it("is there when no process remembers the analysis: submitted, done by a worker, for who may see it", async () => {
    const { upload, as, artguard } = await httpPlace();
    const headers = { prefer: "respond-async" };
    const { request_id } = await json(upload("ada", { query: "?save_image=true", headers }));
    const path = `/v1/analyses/${request_id}/heat-map.png`;
    expect((await as("ada", path)).status).toBe(404);
    await artguard.processOpenWork();
    expect(await heatMap(as("ada", path))).toEqual(Buffer.from(await artguard.heatmap(String(request_id))));
    expect((await as("rex", path)).status).toBe(404);
    await as("ada", `/v1/analyses/${request_id}/withdraw-consent`, { method: "POST" });
    expect((await as("ada", path)).status).toBe(404);
    const { request_id: unkept } = await json(upload("ada", { headers }));
    await artguard.processOpenWork();
    expect((await as("ada", `/v1/analyses/${unkept}/heat-map.png`)).status).toBe(404);
  });

  it("takes the place of the remembered one after another result", async () => {
    const { upload, as, artguard } = await httpPlace();
    const { request_id } = await json(upload("ada", { query: "?save_image=true" }));
    const path = `/v1/analyses/${request_id}`;
    await heatMap(as("ada", `${path}/heat-map.png`));
    await as("ada", `${path}/reanalyze`, { method: "POST" });
    const second = await heatMap(as("ada", `${path}/heat-map.png`));
    expect(second).toEqual(Buffer.from(await artguard.heatmap(String(request_id))));
  });
});

describe("disputes", () => {
  const post = (body: object) => ({
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });

  it("are made by the owner, found and answered by reviewers, and leave the verdict as it is", async () => {
    const { upload, as } = await httpPlace();
    const { request_id, verdict, forgery_score } = await json(upload("ada"));
    const path = `/v1/analyses/${request_id}`;
    const reason = "It\nhung <b>in my kitchen</b>.\u0000";
    const disputed = await json(as("ada", `${path}/dispute`, post({ reason })));
    const dispute = { reason: "It hung <b>in my kitchen</b>.", status: "open", disputed_by: "ada", version_number: 1 };
    expect(disputed).toMatchObject({ verdict, forgery_score, dispute });
    for (const name of ["dispute_index", "disputed_at", "dispute_revision"]) expect(disputed).not.toHaveProperty(name);
    expect((await as("ada", `${path}/dispute`, post({ reason }))).status).toBe(409);
    expect((await as("ada", `${path}/review`, post({ note: "mine" }))).status).toBe(403);
    expect((await as("ada", "/v1/disputes")).status).toBe(403);
    expect(await json(as("rosa", "/v1/disputes"))).toMatchObject({ items: [{ request_id, verdict, dispute }] });
    expect((await as("rosa", path)).status).toBe(404);
    expect(await json(as("rosa", `/v1/disputes/${request_id}`))).toMatchObject({ request_id, verdict, dispute });
    const remark = await json(as("rosa", `${path}/review`, post({ note: "Looking.", resolved: false })));
    expect(remark).toMatchObject({ dispute: { status: "open" }, review: { note: "Looking." } });
    const said = { note: "A later frame.", reviewer_verdict: "AUTHENTIC" };
    const reviewed = await json(as("rosa", `${path}/review`, post(said)));
    const review = { ...said, reviewer_id: "rosa" };
    expect(reviewed).toMatchObject({ verdict, forgery_score, dispute: { status: "resolved" }, review });
    expect(reviewed["dispute_history"]).toMatchObject([{ review: { note: "Looking." } }]);
    expect((await as("rosa", `/v1/disputes/${request_id}`)).status).toBe(404);
    expect(await json(as("rosa", "/v1/disputes"))).toEqual({ items: [] });
    expect(await json(as("ada", path))).toMatchObject({ review });
  });

  it.each([
    ["without a reason", {}],
    ["with an invisible one", { reason: "\u200b\n" }],
    ["with too long a one", { reason: "x".repeat(2001) }],
    ["with one that is no text", { reason: 7 }],
  ])("are refused %s", async (_, body) => {
    const { upload, as } = await httpPlace();
    const { request_id } = await json(upload("ada"));
    const answer = await as("ada", `/v1/analyses/${request_id}/dispute`, post(body));
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "VALIDATION_FAILED" } }]);
  });
});

describe("progress", () => {
  interface Sent {
    readonly id: string;
    readonly event: string;
    readonly data: Json;
  }
  const eventsOf = (text: string): Sent[] =>
    text
      .split("\n\n")
      .filter((block) => block.includes("event:"))
      .map((block) => {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1] ?? "";
        return { id: field("id"), event: field("event"), data: JSON.parse(field("data")) as Json };
      });
  const stream = { headers: { accept: "text/event-stream" } };

  it("is the union of analyzeStream, each event with an id, without heat maps", async () => {
    const { upload } = await httpPlace();
    const answer = await upload("ada", stream);
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const events = eventsOf(await answer.text());
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["created", "inspected", "decoded", "detector_started", "detected", "completed"]),
    );
    expect(events.every(({ event, data }) => data["type"] === event)).toBe(true);
    const requestId = events[0]?.data["request_id"];
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => `${requestId}:${index + 1}`));
    expect(events.at(-1)?.data).toMatchObject({ analysis: { request_id: requestId, status: "COMPLETED" } });
    expect(JSON.stringify(events)).not.toContain('"heatmap"');
  });

  it("goes on where a connection broke, also when its analysis has not ended", async () => {
    const gate = Promise.withResolvers<void>();
    const { upload, as } = await httpPlace({ detectors: [halfDetector(gate.promise)] });
    const first = await upload("ada", stream);
    const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader();
    const seen = eventsOf((await reader.read()).value!);
    const requestId = seen[0]?.data["request_id"];
    await reader.cancel();
    const resumed = as("ada", `/v1/analyses/${requestId}/events`, {
      headers: { "last-event-id": seen.at(-1)!.id },
    });
    const answer = await resumed;
    gate.resolve();
    const events = eventsOf(await answer.text());
    expect(events[0]?.id).toBe(`${requestId}:${seen.length + 1}`);
    expect(events.at(-1)?.event).toBe("completed");
    const again = eventsOf(await (await as("ada", `/v1/analyses/${requestId}/events`)).text());
    expect(again.length).toBe(seen.length + events.length);
    expect((await as("rex", `/v1/analyses/${requestId}/events`)).status).toBe(404);
  });

  it("of an analysis that this process did not make is what its record says", async () => {
    const { upload, as, artguard, storeAnalysis } = await httpPlace();
    await storeAnalysis("old", "ada");
    const old = eventsOf(await (await as("ada", "/v1/analyses/old/events")).text());
    expect(old.map(({ event }) => event)).toEqual(["created", "completed"]);
    const { request_id } = await json(upload("ada", { headers: { prefer: "respond-async" } }));
    const path = `/v1/analyses/${request_id}/events`;
    const names = async () => eventsOf(await (await as("ada", path)).text()).map(({ event }) => event);
    expect(await names()).toEqual(["created"]);
    await artguard.processOpenWork();
    expect(await names()).toEqual(["created", "completed"]);
  });

  it("is an ordinary error when nothing begins, and ends in the error's envelope when something had begun", async () => {
    const { upload } = await httpPlace();
    const refused = await upload("forged", stream);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([401, "application/json"]);
    const answer = await upload("ada", { ...stream, bytes: new TextEncoder().encode("no image") });
    const events = eventsOf(await answer.text());
    expect(events.map(({ event }) => event)).toEqual(["created", "failed"]);
    expect(events[1]?.data).toMatchObject({ type: "failed", error: { code: "UNSUPPORTED_MEDIA" } });
  });
});

describe("the routes of accounts", () => {
  it("show and change the profile and tell the quota", async () => {
    const { as, upload } = await httpPlace();
    await upload("ada");
    expect(await json(as("ada", "/v1/user", sending("PATCH", { company: "Museum" })))).toMatchObject({
      company: "Museum",
    });
    const user = await json(as("ada", "/v1/user"));
    expect(user).toMatchObject({ user_id: "ada", company: "Museum", total_uploads: 1 });
    expect(user).not.toHaveProperty("api_key_hash");
    expect(await json(as("ada", "/v1/user/quota"))).toMatchObject({ quota_used: 1 });
    expect((await as("ada", "/v1/user", sending("PATCH", { account_tier: "Enterprise" }))).status).toBe(400);
    expect(
      (await as("ada", "/v1/user", { method: "PATCH", body: "{", headers: { "content-type": "application/json" } }))
        .status,
    ).toBe(400);
    expect((await as("ada", "/v1/user", { method: "PATCH", body: "{}" })).status).toBe(415);
    const long = sending("PATCH", { company: "x".repeat(70_000) });
    expect((await as("ada", "/v1/user", long)).status).toBe(413);
  });

  it("export everything as one ZIP file, which nobody opens inline", async () => {
    const { as, upload } = await httpPlace();
    await upload("ada", { query: "?save_image=true" });
    const answer = await as("ada", "/v1/user/export");
    expect([answer.status, answer.headers.get("content-disposition")]).toEqual([
      200,
      'attachment; filename="artguard-export.zip"',
    ]);
    const zip = Buffer.from(await answer.arrayBuffer());
    expect(zip.subarray(0, 2).toString()).toBe("PK");
    for (const name of ["profile.json", "manifest.json"]) expect(zip.includes(name)).toBe(true);
    expect((await as("rex", "/v1/user/export?user_id=ada")).status).toBe(404);
  });

  it("make, list and end API keys; a key is shown once", async () => {
    const { as, app, apiKeys } = await httpPlace();
    const created = await as("ada", "/v1/api-keys", sending("POST", { name: "ci", scopes: ["analysis.*"] }));
    const { key, prefix, ...rest } = await json(created);
    expect([created.status, rest]).toMatchObject([201, { name: "ci", scopes: ["analysis.*"] }]);
    expect(await apiKeys.authenticate(String(key))).toMatchObject({ user: { user_id: "ada" } });
    const listed = await (await as("ada", "/v1/api-keys")).text();
    expect([listed.includes(String(prefix)), listed.includes(String(key))]).toEqual([true, false]);
    expect(await json(as("ada", `/v1/api-keys/${prefix}`, { method: "DELETE" }))).toHaveProperty("revoked_at");
    await expect(apiKeys.authenticate(String(key))).rejects.toMatchObject({ code: "user.invalid-api-key" });
    expect((await app.request("/v1/api-keys", sending("POST", { name: "ci" }))).status).toBe(401);
  });
});

describe("the routes of sharing and administration", () => {
  it("share an analysis and take it back", async () => {
    const { as, storeAnalysis } = await httpPlace();
    await storeAnalysis("a1", "ada");
    const grant = {
      resource: { kind: "analysis", id: "a1" },
      grantee: { kind: "user", id: "rex" },
      permission: "analysis.read",
    };
    expect((await as("rex", "/v1/analyses/a1")).status).toBe(404);
    expect((await as("ada", "/v1/grants", sending("POST", grant))).status).toBe(201);
    expect((await as("rex", "/v1/analyses/a1")).status).toBe(200);
    expect((await as("rex", "/v1/analyses/a1", { method: "DELETE" })).status).toBe(404);
    expect(await json(as("rex", "/v1/grants/received"))).toMatchObject({ items: [{ resource_id: "a1" }] });
    const resource = "resource_kind=analysis&resource_id=a1";
    expect(await json(as("ada", `/v1/grants?${resource}`))).toMatchObject({ items: [{ grantee: "user#rex" }] });
    const query = `${resource}&grantee_kind=user&grantee_id=rex&permission=analysis.read`;
    expect(await json(as("ada", `/v1/grants?${query}`, { method: "DELETE" }))).toEqual({ revoked: true });
    expect((await as("rex", "/v1/analyses/a1")).status).toBe(404);
  });

  it("are an administrator's: counts, plans, suspensions, the policy", async () => {
    const { as, upload } = await httpPlace();
    await upload("ada");
    expect(await json(as("root", "/v1/admin/counts"))).toMatchObject({ by_status: { COMPLETED: 1 } });
    expect((await as("ada", "/v1/admin/counts")).status).toBe(403);
    expect(await json(as("ada", "/v1/usage/user/ada"))).toHaveProperty("items");
    expect((await as("rex", "/v1/usage/user/ada")).status).toBe(404);
    expect((await as("rex", "/v1/usage/planet/ada")).status).toBe(400);
    const suspension = sending("PUT", { because: "unpaid" });
    expect((await as("root", "/v1/admin/usage/user/ada/suspension", suspension)).status).toBe(401);
    expect(await json(as("rootMulti", "/v1/admin/usage/user/ada/suspension", suspension))).toEqual({});
    expect((await upload("ada")).status).toBe(429);
    expect((await as("rootMulti", "/v1/admin/usage/user/ada/suspension", { method: "DELETE" })).status).toBe(200);
    expect((await upload("ada")).status).toBe(200);
    expect((await as("rootMulti", "/v1/admin/usage/user/ada/plan", sending("PUT", { plan: "gold" }))).status).toBe(400);
    expect(await json(as("root", "/v1/admin/policy"))).toMatchObject({ version: 0 });
  });
});
