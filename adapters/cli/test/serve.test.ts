import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { finished, runCli, startCli } from "./run-cli.ts";

const picture = readFileSync(fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url)));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "artguard-serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function formOf(bytes: Uint8Array): FormData {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(bytes)]), "spliced.jpg");
  return form;
}

/** Starts a server and waits until it listens. */
async function started(folder: string) {
  const child = startCli(["serve", "--port", "0", "--folder", folder]);
  // Also when the test fails before its end.
  onTestFinished(() => void child.kill("SIGKILL"));
  const end = finished(child);
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
      const found = /listening on (\S+),/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.on("close", () => reject(new Error(text)));
  });
  return { url, end, pid: child.pid ?? 0, stop: () => child.kill("SIGTERM") };
}

/** Most bytes of memory that a process ever had. */
function peakBytes(pid: number): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

const fileHead = 'Content-Disposition: form-data; name="file"; filename="large.jpg"';

/** The status of an upload that is answered before it was sent. */
function statusOf(url: string, body: Readable, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const form = { ...headers, "content-type": "multipart/form-data; boundary=b" };
    const sending = request(`${url}/detect-forgery`, { method: "POST", headers: form });
    sending.on("response", ({ statusCode }) => {
      resolve(statusCode);
      sending.destroy();
    });
    sending.on("error", reject);
    body.on("error", () => undefined);
    body.pipe(sending);
  });
}

describe("artguard serve", () => {
  it("prints the administrator's key once, serves, keeps what it was told and ends in peace", async () => {
    const folder = newFolder();
    const first = await started(folder);
    const form = formOf(picture);
    const refused = await fetch(`${first.url}/detect-forgery`, { method: "POST", body: form });
    expect(refused.status).toBe(401);
    first.stop();
    const { status, stdout, stderr } = await first.end;
    expect([status, stderr.includes("shown this once")]).toEqual([0, true]);
    const key = stdout.trim();
    expect(key).toMatch(/^ag_[0-9a-f]{12}_[0-9a-f]{64}$/);
    expect(statSync(join(folder, "governance.keys")).mode & 0o777).toBe(0o600);

    const second = await started(folder);
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${second.url}/detect-forgery?save_image=true`, { method: "POST", body: form, headers });
    const analysis = (await answer.json()) as { request_id: string };
    expect([answer.status, analysis]).toMatchObject([200, { verdict: "LIKELY_FORGED", image_saved: true }]);
    const map = await fetch(`${second.url}/v1/analyses/${analysis.request_id}/heat-map.png`, { headers });
    expect([map.status, (await map.arrayBuffer()).byteLength > 1000]).toEqual([200, true]);
    const later = await fetch(`${second.url}/detect-forgery`, {
      method: "POST",
      body: form,
      headers: { ...headers, prefer: "respond-async" },
    });
    expect(later.status).toBe(202);
    const record = `${second.url}${later.headers.get("location")}`;
    const statusOf = async () => ((await (await fetch(record, { headers })).json()) as { status: string }).status;
    while ((await statusOf()) !== "COMPLETED") await new Promise((resolve) => setTimeout(resolve, 50));
    second.stop();
    const ended = await second.end;
    expect([ended.status, ended.stdout]).toEqual([0, ""]);
  });

  it("takes a 200 MB upload in no further than the limit, announced or not", async () => {
    const folder = newFolder();
    const first = await started(folder);
    first.stop();
    const known = { authorization: `Bearer ${(await first.end).stdout.trim()}` };
    const server = await started(folder);
    const answer = async (headers: Record<string, string>) => {
      let sent = 0;
      const chunk = new Uint8Array(2 ** 20).fill(120);
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Buffer.from(`--b\r\n${fileHead}\r\n\r\n`)),
        pull: (controller) => {
          sent += chunk.length;
          if (sent > 200e6) controller.close();
          else controller.enqueue(chunk);
        },
      });
      return { status: await statusOf(server.url, Readable.fromWeb(body as never), headers), sent };
    };
    // What a first request loads is no part of what an upload takes.
    const small = { method: "POST", body: new FormData(), headers: known };
    expect((await fetch(`${server.url}/detect-forgery`, small)).status).toBe(400);
    const before = peakBytes(server.pid);
    const stranger = await answer({ "transfer-encoding": "chunked" });
    expect(stranger.status).toBe(401);
    expect(stranger.sent).toBeLessThan(100e6);
    const unannounced = await answer({ ...known, "transfer-encoding": "chunked" });
    expect(unannounced.status).toBe(413);
    expect(unannounced.sent).toBeLessThan(100e6);
    expect((await answer({ ...known, "content-length": "200000000" })).status).toBe(413);
    expect(peakBytes(server.pid) - before).toBeLessThanOrEqual(64e6);
    server.stop();
    expect((await server.end).status).toBe(0);
  });

  it("names everything that is wrong with its configuration at once, and starts nothing", async () => {
    const folder = newFolder();
    const config = join(folder, "server.json");
    writeFileSync(config, JSON.stringify({ working: 0, colour: "red", drainMs: "soon" }));
    const args = ["serve", "--config", config, "--folder", join(folder, "stores"), "--port", "70000"];
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    for (const problem of ["ARTGUARD_HTTP_PORT", "working must be 1 or more", "colour is no setting", "drainMs"]) {
      expect(stderr).toContain(problem);
    }
  });
});
