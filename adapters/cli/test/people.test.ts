import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFolderPlace, openGovernance } from "@artguard/governance";
import { afterAll, describe, expect, it } from "vitest";
import { finished, runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "artguard-people-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const store = join(folder, "store");

const run = (args: readonly string[], input?: string) =>
  runCli([...args, "--folder", store], input === undefined ? undefined : Buffer.from(input));
const json = async (...args: string[]) => JSON.parse((await run([...args, "--json"])).stdout);

const password = "correct horse battery";

/** The installation as a server has it open. */
async function opened<Result>(ask: (governance: Awaited<ReturnType<typeof openGovernance>>) => Promise<Result>) {
  await using place = await openFolderPlace(store);
  await using governance = await openGovernance({ ...place, detectors: [], identity: { development: {} } });
  return await ask(governance);
}

const login = (secret: string) =>
  opened(async ({ identity }) => await identity.development!.login({ email: "ada@museum.example", password: secret }));

describe("artguard users and keys", () => {
  it("say that there is no installation, and make none by looking", async () => {
    const { status, stderr } = await run(["users", "list"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("there is no installation in")]);
    expect(existsSync(store)).toBe(false);
  });

  it("make an account whose password came from standard input and is in no output", async () => {
    const args = ["users", "create", "--email", "Ada@museum.example", "--id", "ada", "--roles", "admin", "--password"];
    const { status, stdout, stderr } = await run([...args, "--tier", "premium", "--json"], `${password}\nmore\n`);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ user_id: "ada", email: "ada@museum.example", account_tier: "Premium" });
    expect(stdout + stderr).not.toContain(password);
    expect((await login(password)).user).toMatchObject({ id: "ada" });
  });

  it("refuse a weak password, none, and an address that somebody has", async () => {
    const create = ["users", "create", "--password", "--email"];
    const weak = await run([...create, "b@museum.example"], "short\n");
    expect([weak.status, weak.stderr]).toEqual([1, expect.stringContaining("identity.weak-password")]);
    const none = await run([...create, "b@museum.example"], "");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no password was given")]);
    const twice = await run(["users", "create", "--email", "ada@museum.example", "--json"]);
    expect([twice.status, JSON.parse(twice.stdout)]).toMatchObject([1, { error: { code: "user.email-taken" } }]);
    expect((await json("users", "list")).items).toHaveLength(1);
  });

  it("list, show and change what an account is", async () => {
    await run(["users", "create", "--email", "bot@museum.example", "--id", "bot"]);
    const first = await json("users", "list", "--limit", "1");
    const second = await json("users", "list", "--limit", "1", "--cursor", first.cursor);
    expect([...first.items, ...second.items].map(({ user_id }) => user_id).toSorted()).toEqual(["ada", "bot"]);
    expect((await run(["users", "roles", "bot", "--set", "reviewer,custodian"])).stdout).toBe(
      "roles: reviewer, custodian\n",
    );
    expect(await json("users", "show", "bot")).toMatchObject({
      user: { user_id: "bot" },
      standing: { roles: ["reviewer", "custodian"], organizations: [] },
    });
    expect((await run(["users", "roles", "bot", "--set="])).stdout).toBe("roles: none but what every user has\n");
    const reserved = await run(["users", "roles", "bot", "--set", "operator"]);
    expect([reserved.status, reserved.stderr]).toEqual([1, expect.stringContaining("identity.invalid-input")]);
    const nobody = await run(["users", "show", "nobody"]);
    expect([nobody.status, nobody.stderr]).toEqual([1, expect.stringContaining("user.not-found")]);
  });

  it("print a key once, list it without its secret, and end it", async () => {
    const args = ["keys", "create", "--user", "ada", "--name", "pipeline"];
    const { stdout, stderr } = await run([...args, "--scopes", "analysis.read", "--days", "2"]);
    const key = stdout.trim();
    expect([key, stderr]).toEqual([
      expect.stringMatching(/^ag_[0-9a-f]{12}_[0-9a-f]{64}$/),
      expect.stringMatching(/once/),
    ]);
    const { items } = await json("keys", "list", "--user", "ada");
    expect(items).toMatchObject([{ name: "pipeline", scopes: ["analysis.read"], valid_until: expect.any(Number) }]);
    expect(items[0].valid_until - items[0].created_at).toBeGreaterThan(47 * 3_600_000);
    expect(JSON.stringify(items)).not.toContain(key.slice(20));
    const authenticate = () => opened(async ({ apiKeys }) => (await apiKeys.authenticate(key)).user.user_id);
    expect(await authenticate()).toBe("ada");
    expect((await json("users", "show", "ada")).user).not.toHaveProperty("api_key_hash");
    expect((await run(["keys", "revoke", items[0].prefix, "--user", "ada"])).stdout).toMatch(/pipeline .*revoked/);
    await expect(authenticate()).rejects.toMatchObject({ code: "user.invalid-api-key" });
    const factor = await json("keys", "create", "--user", "ada", "--name", "ada", "--second-factor");
    expect(factor).toMatchObject({ second_factor: true, key: expect.stringMatching(/^ag_/) });
  });

  it("set a password and end sessions", async () => {
    const { refresh_token } = await login(password);
    const refresh = (token: string) =>
      opened(async ({ identity }) => await identity.development!.refresh({ refresh_token: token }));
    expect((await run(["users", "end-sessions", "ada"])).status).toBe(0);
    await expect(refresh(refresh_token)).rejects.toMatchObject({ code: expect.stringMatching(/^identity\./) });
    expect((await run(["users", "set-password", "ada"], "another good phrase\r\n")).status).toBe(0);
    await expect(login(password)).rejects.toMatchObject({ code: "identity.invalid-credentials" });
    expect((await login("another good phrase")).user).toMatchObject({ id: "ada" });
    const nobody = await run(["users", "set-password", "nobody"], "another good phrase\n");
    expect([nobody.status, nobody.stderr]).toEqual([1, expect.stringContaining("user.not-found")]);
  });

  it("ask at a terminal twice, without echo", async () => {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const node = `${process.execPath} --conditions=artguard-source --disable-warning=ExperimentalWarning ${main}`;
    const at = async (...typed: string[]) => {
      const child = spawn("script", ["-qec", `${node} users set-password ada --folder ${store}`, "/dev/null"]);
      const end = finished(child);
      let shown = "";
      child.stdout.on("data", (chunk: Buffer) => {
        const before = shown.split(": ").length;
        shown += String(chunk);
        for (let asked = before; asked < shown.split(": ").length; asked++)
          child.stdin.write(`${typed.shift() ?? ""}\r`);
      });
      return { ...(await end), shown };
    };
    const differing = await at("a phrase at a terminal", "a phrase at a terminus");
    expect([differing.status, differing.shown]).toEqual([2, expect.stringContaining("the two passwords differ")]);
    const same = await at("a phrase at a terminal", "a phrase at a terminal");
    expect([same.status, same.shown]).toEqual([0, expect.stringContaining("The same again: ")]);
    expect(same.shown + differing.shown).not.toContain("a phrase");
    expect((await login("a phrase at a terminal")).user).toMatchObject({ id: "ada" });
  });

  it("leave everything in the audit log, as the operator's, without a secret", async () => {
    const items = await opened(async ({ audit }) => (await audit.query({ user: "local", limit: 100 })).items);
    const text = JSON.stringify(items);
    for (const type of [
      ...["USER_CREATE", "USER_LIST", "USER_ROLES", "USER_ASSIGN_ROLES", "USER_SET_PASSWORD", "USER_END_SESSIONS"],
      ...["API_KEY_CREATE", "API_KEY_LIST", "API_KEY_REVOKE"],
    ]) {
      expect(text).toContain(`"event_type":"${type}"`);
    }
    for (const secret of [password, "another good phrase", "a phrase at a terminal"])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/ag_[0-9a-f]{12}_/);
  });
});
