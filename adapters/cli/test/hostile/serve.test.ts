import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { picture } from "../../../http/test/http-place.ts";
import { finished } from "../run-cli.ts";
import { hostilePictures } from "./carriers.ts";
import { entrances, uploadNamed } from "./entrances.ts";
import { canary, type HostilePlace, hostilePlace } from "./place.ts";
import { ask, type RawAnswer, type RawRequest } from "./raw-requests.ts";
import { hostileReferences } from "./references.ts";
import { canWatch, pathsOutside, readCalls, type SystemCalls, startWatched } from "./system-calls.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** `artguard serve` under the watch of strace. */
async function watchedServer({ inside }: Pick<HostilePlace, "inside">) {
  const trace = join(inside, "..", `${randomUUID()}.trace`);
  const child = startWatched(trace, [main, "serve", "--port", "0", "--folder", join(inside, "store")], inside);
  const end = finished(child);
  // When the test failed before its end: strace, and the server that would outlive it.
  onTestFinished(() => {
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
  });
  const [url, key] = await new Promise<string[]>((resolve, reject) => {
    let [told, printed] = ["", ""];
    const look = () => {
      const found = /listening on (\S+),/.exec(told)?.[1];
      if (found !== undefined && printed.includes("\n")) resolve([found, printed.trim()]);
    };
    child.stderr?.on("data", (chunk) => {
      told += chunk;
      look();
    });
    child.stdout?.on("data", (chunk) => {
      printed += chunk;
      look();
    });
    child.on("close", () => reject(new Error(told)));
  });
  const as = (sent: RawRequest) => ask(url!, { ...sent, headers: { authorization: `Bearer ${key}`, ...sent.headers } });
  /** Ends the server, and what it asked the system for. */
  const calls = async () => {
    // The one whom strace watches, not strace.
    const watched = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
    process.kill(Number(watched), "SIGTERM");
    expect((await end).status).toBe(0);
    return readCalls(trace, inside);
  };
  return { url: url!, as, calls };
}

/** What may come back, whatever was asked: an answer that knows nothing of what lies outside, and no failure of ours. */
function expectHarmless(answer: RawAnswer | undefined, what: string): void {
  if (!answer) return;
  expect(answer.text, what).not.toContain(canary);
  expect(answer.status < 500 || answer.status === 503, `${what}: ${answer.status} ${answer.text}`).toBe(true);
  expect(answer.text, what).not.toContain("root:x:0:0");
}

/** What a server asks the system for when nobody means harm. */
async function friendlyCalls(): Promise<SystemCalls> {
  const place = await hostilePlace();
  const server = await watchedServer(place);
  const jpeg = {
    name: "spliced.jpg",
    bytes: readFileSync(new URL("../../../../examples/images/spliced.jpg", import.meta.url)),
  };
  for (const { name, bytes } of [{ name: "portrait.png", bytes: picture }, jpeg]) {
    const upload = uploadNamed(`filename="${name}"`, bytes);
    expect((await server.as({ ...upload, path: "/detect-forgery?save_image=true" }))?.status).toBe(200);
  }
  for (const path of ["/v1/user/export", "/v1/analyses", "/docs", "/"])
    expect((await server.as({ path }))?.status).toBe(200);
  return await server.calls();
}

describe.skipIf(!canWatch())("artguard serve, watched by the operating system's side", () => {
  it("reads nothing outside and connects to nobody, whatever name comes through whatever entrance", async () => {
    const friendly = await friendlyCalls();
    const place = await hostilePlace();
    const server = await watchedServer(place);
    const references = hostileReferences(place);
    let [sent, refusedByClient] = [0, 0];
    for (const [entrance, request] of Object.entries(entrances)) {
      const answers = await Promise.all(references.map((name) => server.as(request(name))));
      for (const [i, answer] of answers.entries()) {
        expectHarmless(answer, `${entrance} ${JSON.stringify(references[i]?.slice(0, 100))}`);
        if (answer) sent++;
        else refusedByClient++;
      }
    }
    for (const name of references.slice(0, 12)) {
      const disposition = `filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`;
      const upload = uploadNamed(disposition, picture);
      const answer = await server.as({ ...upload, path: "/detect-forgery?save_image=true" });
      expect([answer?.status, answer?.text.includes('"image_saved":true')]).toEqual([200, true]);
    }
    const exported = await server.as({ path: "/v1/user/export" });
    expect([exported?.status, /analyses\/[0-9a-f-]{36}\//.test(exported?.text ?? "")]).toEqual([200, true]);
    const calls = await server.calls();
    const outside = pathsOutside(calls, friendly, [place.inside]);
    console.log(
      `${references.length} references × ${Object.keys(entrances).length} entrances: ${sent} requests (${refusedByClient} cannot be sent); ` +
        `${calls.paths.size} paths asked for, ${outside.length} outside; ${calls.connections.length} connections`,
    );
    expect(references.length).toBeGreaterThanOrEqual(150);
    expect(sent).toBeGreaterThan(5000);
    expect([...calls.paths].some((path) => path.startsWith(`${place.inside}/store/`))).toBe(true);
    expect(outside).toEqual([]);
    expect(calls.connections).toEqual([]);
    expect(place.asked).toEqual([]);
  }, 600_000);

  it("follows nothing that a picture refers to", async () => {
    const friendly = await friendlyCalls();
    const place = await hostilePlace();
    const server = await watchedServer(place);
    const pictures = hostilePictures(place);
    const statuses = new Map<number, number>();
    for (const { name, bytes } of pictures) {
      const answer = await server.as(uploadNamed(`filename="${name}"`, bytes));
      expectHarmless(answer, name);
      statuses.set(answer?.status ?? 0, 1 + (statuses.get(answer?.status ?? 0) ?? 0));
    }
    const calls = await server.calls();
    console.log(`${pictures.length} pictures with references: ${JSON.stringify([...statuses])}`);
    // Pictures are analysed, drawings are none.
    expect(statuses.get(200)).toBeGreaterThan(60);
    expect(pathsOutside(calls, friendly, [place.inside])).toEqual([]);
    expect(calls.connections).toEqual([]);
    expect(place.asked).toEqual([]);
  }, 600_000);
});
