// What must work through any host, told by somebody outside: `fastify-host` is asked the same.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { OpenGovernance } from "@artguard/governance";
import sharp from "sharp";

/** An address that a proxy in front of the host reports. */
const caller = "203.0.113.7";
/** As the audit log writes it. */
const network = "203.0.113.0";

/** Asks the host at `url` with an API key for everything, and asserts the answers. */
export async function story(url: string, key: string, { audit }: OpenGovernance): Promise<void> {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, "x-forwarded-for": caller, ...init.headers },
    });
  const upload = async (bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const form = new FormData();
    form.set("file", new Blob([bytes]), "picture");
    return ask("/detect-forgery", { method: "POST", body: form, headers });
  };
  const json = (value: object): RequestInit => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });

  const order = await ask("/orders", json({ pigment: "ultramarine" }));
  assert.deepEqual(await order.json(), { ordered: "ultramarine" });
  console.log("the host's own route reads its JSON");

  const spliced = new Uint8Array(await readFile(new URL("../images/spliced.jpg", import.meta.url)));
  const answer = await upload(spliced);
  const analysis = (await answer.json()) as { verdict: string };
  assert.deepEqual([answer.status, analysis.verdict], [200, "LIKELY_FORGED"]);
  console.log("an upload of", spliced.length, "bytes:", analysis.verdict);

  const large = await noise(1024);
  assert.ok(large.length > 2 ** 20);
  assert.equal((await upload(large)).status, 200);
  console.log("one of", large.length, "bytes, above the host's own limit, comes through");

  const created = await ask("/v1/api-keys", json({ name: "second" }));
  assert.equal(created.status, 201);
  console.log("JSON for ArtGuard comes through whole");

  await progress(await upload(spliced, { accept: "text/event-stream" }));

  const { items } = await audit.query({ user: "ada", action: "analysis.create" });
  const addresses = items.map(({ entry }) => entry.security_context.ip_address);
  assert.deepEqual([...new Set(addresses)], [network]);
  console.log("the audit log names the caller's network:", network);

  assert.equal((await fetch(`${url}/v1/analyses`)).status, 401);
  assert.equal((await ask("/v1/nothing")).status, 404);
}

/** Events come one by one, while the work goes on. */
async function progress(answer: Response): Promise<void> {
  assert.equal(answer.headers.get("content-type")?.split(";")[0], "text/event-stream");
  let [pieces, text] = [0, ""];
  for await (const piece of answer.body ?? []) {
    pieces++;
    text += new TextDecoder().decode(piece);
  }
  const events = [...text.matchAll(/^event: (\S+)$/gm)].map(([, name]) => name);
  assert.ok(pieces > 1, "all events came at once");
  console.log(events.length, "events in", pieces, "pieces, the last:", events.at(-1));
  assert.equal(events.at(-1), "completed");
}

/** A picture that no format can make small. */
function noise(side: number): Promise<Uint8Array<ArrayBuffer>> {
  let state = 1;
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  const picture = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
  return picture
    .png()
    .toBuffer()
    .then((png) => new Uint8Array(png));
}
