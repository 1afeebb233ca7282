import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "artguard-config-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const server = join(folder, "server.json");
writeFileSync(server, JSON.stringify({ port: 8080, working: 3 }));

const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ARTGUARD_") && !name.startsWith("AWS_"));
const run = (settings: Readonly<Record<string, string>>, ...args: string[]) =>
  runCli(["config", ...args], undefined, { cwd: folder, env: { ...Object.fromEntries(own), ...settings } });

describe("artguard config", () => {
  it("shows every setting with its source, from the command line, environment, file or default, and no secret", async () => {
    const settings = {
      AWS_REGION: "eu-central-1",
      ARTGUARD_CURSOR_KEY: "never-to-be-seen".repeat(3),
      ARTGUARD_HTTP_WORKING: "5",
    };
    const { status, stdout } = await run(settings, "show", "--config", server, "--folder", "elsewhere", "--json");
    expect([status, stdout.includes("never-to-be-seen")]).toEqual([0, false]);
    const shown = new Map(
      JSON.parse(stdout).settings.map((setting: { variable: string; value: unknown; source: string }) => [
        setting.variable,
        [setting.value, setting.source],
      ]),
    );
    expect(shown.get("AWS_REGION")).toEqual(["eu-central-1", "environment"]);
    expect(shown.get("ARTGUARD_CURSOR_KEY")).toEqual(["********", "environment"]);
    expect(shown.get("ARTGUARD_FOLDER")).toEqual(["elsewhere", "--folder"]);
    expect(shown.get("ARTGUARD_HTTP_PORT")).toEqual([8080, `file ${server}`]);
    expect(shown.get("ARTGUARD_HTTP_WORKING")).toEqual(["5", "environment"]);
    expect(shown.get("ARTGUARD_HTTP_HOST")).toEqual(["127.0.0.1", "default"]);
    expect(shown.get("ARTGUARD_BEDROCK_MODEL")).toEqual([null, "default"]);
    expect((await run(settings, "show")).stdout).toMatch(/^AWS_REGION +eu-central-1 {2}\(environment\)$/m);
  });

  it("checks everything and names all faults at once", async () => {
    const wrong = join(folder, "wrong.json");
    writeFileSync(wrong, JSON.stringify({ colour: "red" }));
    const settings = { ARTGUARD_ENV: "No Good", ARTGUARD_API_KEY_SECRET: "short-secret", ARTGUARD_HTTP_PORT: "70000" };
    const { status, stdout } = await run(settings, "check", "--config", wrong, "--json");
    const { ok, problems } = JSON.parse(stdout);
    expect([status, ok, stdout.includes("short-secret")]).toEqual([1, false, false]);
    for (const problem of ["ARTGUARD_ENV", "ARTGUARD_API_KEY_SECRET", "ARTGUARD_HTTP_PORT", "colour is no setting"]) {
      expect(problems).toContainEqual(expect.stringContaining(problem));
    }
    expect(problems).toHaveLength(4);
    const half = await run({ ARTGUARD_MODAL_ENDPOINT: "https://modal.example" }, "check");
    expect([half.status, half.stdout]).toEqual([1, expect.stringContaining("need")]);
    expect(await run({}, "check", "--config", server)).toMatchObject({ status: 0, stdout: "all settings are right\n" });
    expect((await run({}, "check", "--config", join(folder, "none.json"))).status).toBe(2);
  });

  it("prints the path of the records", async () => {
    expect((await run({}, "path")).stdout).toBe(`${join(folder, ".artguard")}\n`);
    const { stdout } = await run({ ARTGUARD_FOLDER: folder }, "path", "--json");
    expect(JSON.parse(stdout)).toEqual({ folder, exists: true });
  });
});
