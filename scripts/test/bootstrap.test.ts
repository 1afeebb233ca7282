import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** Stands in for pnpm: writes down its arguments, and fails to install when the workspace says so. */
const fakePnpm = `
const { appendFileSync, existsSync, mkdirSync } = require("node:fs");
appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n");
if (process.argv[2] === "install") existsSync("broken") ? process.exit(1) : mkdirSync("node_modules", { recursive: true });
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "artguard-bootstrap-"));
  mkdirSync(join(root, "scripts"));
  copyFileSync(join(import.meta.dirname, "../bootstrap.mjs"), join(root, "scripts/bootstrap.mjs"));
  for (const name of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]) writeFileSync(join(root, name), "{}");
  const pnpm = join(root, ".tools/node_modules/pnpm/bin");
  mkdirSync(pnpm, { recursive: true });
  writeFileSync(join(pnpm, "pnpm.cjs"), fakePnpm);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function bootstrap(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/bootstrap.mjs", ...args], { cwd: root, encoding: "utf8" });
}

function calls(): string[] {
  return readFileSync(join(root, "calls"), "utf8").trim().split("\n");
}

describe("scripts/bootstrap.mjs", () => {
  it("installs with the frozen lockfile, and not again until a manifest changes", () => {
    for (let run = 0; run < 2; run++) expect(bootstrap("exec", "tsc").status).toBe(0);
    expect(calls()).toEqual(["install --frozen-lockfile", "exec tsc", "exec tsc"]);
    writeFileSync(join(root, "pnpm-lock.yaml"), "changed");
    bootstrap("exec", "tsc");
    expect(calls().slice(3)).toEqual(["install --frozen-lockfile", "exec tsc"]);
  });

  it("says on standard error alone which step failed and what to do, and tries it again next time", () => {
    writeFileSync(join(root, "broken"), "");
    const { status, stdout, stderr } = bootstrap("exec", "tsc");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/the step "install" failed\. Check the connection/);
    rmSync(join(root, "broken"));
    expect(bootstrap("exec", "tsc").status).toBe(0);
  });

  it("goes on at once although an interrupted run left its lock behind", () => {
    const ended = spawnSync(process.execPath, ["-e", ""]).pid;
    const lock = join(root, ".tools/bootstrap.lock");
    writeFileSync(lock, String(ended));
    const { status, stderr } = bootstrap("exec", "tsc");
    expect(status).toBe(0);
    expect(stderr).not.toContain("waiting");
    expect(existsSync(lock)).toBe(false);
  });

  it("waits for a run that is still at work", () => {
    const lock = join(root, ".tools/bootstrap.lock");
    writeFileSync(lock, String(process.pid));
    const { status, stderr } = spawnSync(process.execPath, ["scripts/bootstrap.mjs", "exec", "tsc"], {
      cwd: root,
      encoding: "utf8",
      timeout: 1500,
    });
    expect(status).toBeNull();
    expect(stderr).toContain("waiting for another run");
    expect(existsSync(join(root, "calls"))).toBe(false);
  });

  it("runs the command line where its caller stands, as start does", () => {
    const main = join(root, "adapters/cli/src");
    mkdirSync(main, { recursive: true });
    writeFileSync(join(main, "main.ts"), "console.log(process.cwd(), process.argv.slice(2).join(' '));");
    const photos = join(root, "photos");
    mkdirSync(photos);
    const { stdout } = spawnSync(process.execPath, ["scripts/bootstrap.mjs", "artguard", "show", "an_1"], {
      ...{ cwd: root, encoding: "utf8", env: { ...process.env, INIT_CWD: photos } },
    });
    expect(stdout).toBe(`${realpathSync(photos)} show an_1\n`);
  });
});
