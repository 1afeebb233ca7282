import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { commands } from "../src/command-line/program.ts";
import { runCli, startCli } from "./run-cli.ts";

const picture = fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "artguard-json-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ARTGUARD|AWS)_/.test(name)));
const run = (args: readonly string[]) => runCli([...args, "--json"], undefined, { cwd: root, env });

/** What `serve` needs to be ended by somebody; the others end of themselves. */
const untilEnded = "serve";

/** How every command is called here, with an exit status that it may have; `ID` is a kept analysis, `KEY` a prefix. */
const calls: Readonly<Record<string, readonly [words: string, status: number]>> = {
  scan: ["picture.jpg --keep --detectors provenance,double-quantization", 0],
  provenance: ["picture.jpg", 0],
  compare: ["ID ID", 0],
  limits: ["", 0],
  history: ["", 0],
  show: ["ID", 0],
  explain: ["ID", 0],
  report: ["ID --to page.html", 0],
  dispute: ["ID --reason restored", 0],
  review: ["ID --note seen", 0],
  resume: ["ID", 1],
  "knowledge add": ["note.md", 0],
  "knowledge search": ["seams", 0],
  "knowledge list": ["", 0],
  "knowledge sync": ["", 2],
  "users create": ["--email ada@museum.example --id ada", 0],
  "users list": ["", 0],
  "users show": ["ada", 0],
  "users roles": ["ada --set admin", 0],
  "users set-password": ["ada", 2],
  "users end-sessions": ["ada", 0],
  "keys create": ["--user ada --name k", 0],
  "keys list": ["--user ada", 0],
  "keys revoke": ["KEY --user ada", 0],
  work: ["--once --detectors provenance", 0],
  "audit verify": ["", 0],
  "audit checkpoint": ["", 0],
  doctor: ["", 0],
  "config show": ["", 0],
  "config check": ["", 0],
  "config path": ["", 0],
  "train upload": ["--dataset-path images --dataset-name authentic_v1", 0],
  "train manifest": ["--dataset-name authentic_v1", 0],
  help: ["scan", 0],
  completion: ["bash", 0],
  sweep: ["", 0],
  export: ["--to exported", 0],
  delete: ["ID", 0],
  erase: ["--user local", 0],
};

/** The values on standard output; it must be nothing else. */
function values(stdout: string): unknown[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("--json", () => {
  beforeAll(() => {
    copyFileSync(picture, join(root, "picture.jpg"));
    mkdirSync(join(root, "images"));
    copyFileSync(picture, join(root, "images", "a.jpg"));
    writeFileSync(join(root, "note.md"), "# Seams\n\nA seam of two pictures.");
  });

  it("is tried with every command", () => {
    expect([...Object.keys(calls), untilEnded].toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  });

  // In this order: each needs what those before it have made.
  const made = { requestId: "", prefix: "" };
  it.each(Object.entries(calls))("prints JSON and nothing else, of %s", async (name, [words, status]) => {
    const given = words.split(" ").filter((word) => word !== "");
    const args = given.map((word) => ({ ID: made.requestId, KEY: made.prefix })[word] ?? word);
    const result = await run([...name.split(" "), ...args]);
    const printed = values(result.stdout);
    expect([result.status, result.stderr.includes("    at "), printed.length > 0]).toEqual([status, false, true]);
    if (status !== 0) expect(printed).toMatchObject([{ error: { code: expect.any(String), fix: expect.any(String) } }]);
    const [first] = printed as Record<string, string>[];
    if (name === "scan") made.requestId = first?.["request_id"] ?? "";
    if (name === "keys create") made.prefix = first?.["prefix"] ?? "";
  });

  it("of serve says where it listens, and the first key", async () => {
    const child = startCli(["serve", "--port", "0", "--folder", join(root, "served"), "--json"], { env });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout! });
    const [line] = await once(lines, "line");
    expect(JSON.parse(line)).toEqual({
      url: expect.stringMatching(/^http:/),
      folder: join(root, "served"),
      key: expect.stringMatching(/^ag_/),
    });
    const closed = once(child, "close");
    child.kill("SIGTERM");
    expect((await closed)[0]).toBe(0);
  });

  it("says also what was not understood", async () => {
    for (const args of [["scna"], ["history", "--limt", "3"], ["users", "craete"], []]) {
      const { status, stdout } = await run(args);
      expect([status, values(stdout)]).toMatchObject([
        2,
        [{ error: { code: "usage", fix: expect.stringContaining("artguard") } }],
      ]);
    }
    expect(values((await run(["--version"])).stdout)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });
});
