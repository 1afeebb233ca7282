import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { finished, runCli, startCli } from "./run-cli.ts";

const picture = readFileSync(fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url)));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "artguard-serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a server and waits until it listens. */
async function started(folder: string) {
  const child = startCli(["serve", "--port", "0", "--folder", folder]);
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
      const found = /listening on (\S+),/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.on("close", () => reject(new Error(text)));
  });
  const end = finished(child);
  return { url, end, stop: () => child.kill("SIGTERM") };
}

describe("artguard serve", () => {
  it("prints the administrator's key once, serves, keeps what it was told and ends in peace", async () => {
    const folder = newFolder();
    const first = await started(folder);
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(picture)]), "spliced.jpg");
    const refused = await fetch(`${first.url}/detect-forgery`, { method: "POST", body: form });
    expect(refused.status).toBe(401);
    first.stop();
    const { status, stdout, stderr } = await first.end;
    expect([status, stderr.includes("shown this once")]).toEqual([0, true]);
    const key = stdout.trim();
    expect(key).toMatch(/^ag_[0-9a-f]{12}_[0-9a-f]{64}$/);
    expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);

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
