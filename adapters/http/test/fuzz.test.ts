import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canRunPython, installedPython } from "@artguard/development-servers/python-server";
import { localContext, openFolderPlace, openGovernance } from "@artguard/governance";
import { createApp } from "@artguard/http";
import { loadServerSettings, openEmbedded, startServer } from "@artguard/http/serve";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { halfDetector } from "./http-place.ts";

const schemathesis = {
  name: "schemathesis",
  minor: 10,
  requirements: fileURLToPath(new URL("schemathesis-requirements.txt", import.meta.url)),
};

/** Lets schemathesis loose on a server. */
async function fuzz(url: string, key: string, options: readonly string[]): Promise<{ status: number; output: string }> {
  // The environment is moved after it was made, which its scripts do not survive.
  const start = "from schemathesis.cli import schemathesis; schemathesis()";
  const checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
  const child = spawn(
    installedPython(schemathesis),
    [
      ...["-c", start, "run"],
      `${url}/openapi.json`,
      ...["--header", `Authorization: Bearer ${key}`, "--checks", `${checks},unsupported_method,ignored_auth`],
      ...["--seed", "1", "--phases", "coverage,fuzzing", "--suppress-health-check", "all", ...options],
    ],
    { cwd: tmpdir(), env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const status = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  return { status, output };
}

/** A session of the administrator with two factors: most of what administrators do is refused to the key alone. */
async function loggedIn(url: string, folder: string, key: string): Promise<string> {
  const password = "set by the operator";
  await using place = await openFolderPlace(folder);
  await using governance = await openGovernance({ ...place, detectors: [], identity: { development: {} } });
  const input = { userId: "admin", password };
  await governance.run(governance.password!.setPassword, input, { context: localContext() });
  const answer = await fetch(`${url}/auth/login`, {
    method: "POST",
    body: JSON.stringify({ email: "admin@artguard.invalid", password }),
    headers: { "content-type": "application/json", "x-api-key": key },
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "artguard-fuzz-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.skipIf(!canRunPython(schemathesis))("the server under schemathesis", () => {
  it("answers nothing that is undocumented or its own fault", async () => {
    const settings = loadServerSettings({
      ARTGUARD_FOLDER: newFolder(),
      ARTGUARD_HTTP_PORT: "0",
      ARTGUARD_HTTP_PER_CALLER_PER_MINUTE: "1000000",
      ARTGUARD_HTTP_PER_ADDRESS_PER_MINUTE: "1000000",
    });
    const embedded = await openEmbedded({ ...settings, detectors: [halfDetector()] });
    const server = await startServer(embedded.app, settings);
    onTestFinished(async () => {
      await server.stop();
      await embedded[Symbol.asyncDispose]();
    });
    const token = await loggedIn(server.url, settings.folder, embedded.firstKey ?? "");
    // The caller must live to the end, and so must its session, its roles and its plan, the policy and the rules of places.
    const ofOthers = ["password", "sessions", "roles", "plan"].map((what) => `/v1/admin/users/{user_id}/${what}`);
    const ofUse = ["plan", "suspension"].map((what) => `/v1/admin/usage/{kind}/{id}/${what}`);
    const ofRules = ["/v1/admin/policy", "/v1/admin/policy/revert", "/v1/organizations/{organization_id}/place-rule"];
    const ending = ["/api/user/{user_id}/data", "/v1/user/sessions", "/auth/logout", ...ofOthers, ...ofUse, ...ofRules];
    const all = ["--max-examples", "10", ...ending.flatMap((path) => ["--exclude-path", path])];
    const { status, output } = await fuzz(server.url, token, all);
    expect(output).toMatch(/Tested: \d\d/);
    expect(output).toMatch(/\d{3,} generated/);
    expect(output).not.toContain("unresolvable");
    expect(status, output).toBe(0);
    const alive = await fetch(`${server.url}/v1/user`, { headers: { authorization: `Bearer ${token}` } });
    expect(alive.status, await alive.text()).toBe(200);
    const rest = ["--max-examples", "5", ...ending.flatMap((path) => ["--include-path", path])];
    const last = await fuzz(server.url, embedded.firstKey ?? "", rest);
    expect(last.status, last.output).toBe(0);
    console.log([output, last.output].flatMap((text) => text.match(/\d+ generated.*|in [\d.]+s/g) ?? []).join(", "));
  }, 600_000);

  it("would find a server that fails", async () => {
    const host = new Hono();
    const broken = createApp({
      governance: {
        attempt: () => Promise.reject(new Error("broken")),
        recognize: () => Promise.reject(new Error("broken")),
        locate: async () => ({}),
      },
    });
    host.all("*", (c) => broken.fetch(c.req.raw, c.env));
    const server = await startServer(host, loadServerSettings({ ARTGUARD_HTTP_PORT: "0" }));
    onTestFinished(() => server.stop());
    const { status, output } = await fuzz(server.url, "key", ["--max-examples", "1", "--include-path", "/v1/user"]);
    expect([status, output.includes("Server error")]).toEqual([1, true]);
  });
});
