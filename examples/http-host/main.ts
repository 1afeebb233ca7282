import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadServerSettings, openEmbedded, startServer } from "@artguard/http/serve";
import { Hono } from "hono";

// A host of one's own: its routes first, ArtGuard behind them.
const folder = await mkdtemp(join(tmpdir(), "artguard-http-host-"));
const settings = loadServerSettings({ ARTGUARD_FOLDER: folder, ARTGUARD_HTTP_PORT: "0" });
const artguard = await openEmbedded(settings);
const host = new Hono();
host.get("/hello", (c) => c.text("hello"));
host.all("*", (c) => artguard.app.fetch(c.req.raw, c.env));
const server = await startServer(host, settings);

try {
  const { firstKey = "" } = artguard;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { authorization: `Bearer ${firstKey}`, ...init.headers } });
  assert.equal(await (await ask("/hello")).text(), "hello");

  const form = new FormData();
  const picture = await readFile(new URL("../images/spliced.jpg", import.meta.url));
  form.set("file", new Blob([picture]), "spliced.jpg");
  const answer = await ask("/detect-forgery", { method: "POST", body: form });
  const analysis = (await answer.json()) as { request_id: string; verdict: string; forgery_score: number };
  console.log(answer.status, analysis.verdict, Math.round(analysis.forgery_score));
  assert.deepEqual([answer.status, analysis.verdict], [200, "LIKELY_FORGED"]);

  const history = (await (await ask("/v1/analyses")).json()) as { items: { request_id: string }[] };
  assert.deepEqual(
    history.items.map(({ request_id }) => request_id),
    [analysis.request_id],
  );
  const map = await ask(`/v1/analyses/${analysis.request_id}/heat-map.png`);
  assert.equal(map.headers.get("content-type"), "image/png");

  const stranger = await fetch(`${server.url}/v1/analyses/${analysis.request_id}`);
  assert.equal(stranger.status, 401);
  const receipt = await ask("/api/user/admin/data", { method: "DELETE" });
  console.log(receipt.status, "erased", JSON.stringify(((await receipt.json()) as { erased: object }).erased));
  assert.equal(receipt.status, 200);
  assert.equal((await ask("/v1/analyses")).status, 401);
} finally {
  await server.stop();
  await artguard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}
