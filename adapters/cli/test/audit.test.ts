import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localContext, openAuditLog, openFolderPlace, readFolderKeys } from "@artguard/governance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "artguard-audit-cli-"));
const folder = join(root, "store");
const checkpoint = join(root, "checkpoint.txt");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Five entries in the log of a folder. */
beforeAll(async () => {
  await using place = await openFolderPlace(folder);
  await using log = await openAuditLog(place);
  for (let number = 0; number < 5; number++) {
    const event = {
      type: "analysis.read",
      operation: "analysis.read",
      outcome: "success",
      details: { number },
    } as const;
    await log.logDataAccess(localContext(), event);
  }
});

const run = (...args: string[]) => runCli(["audit", ...args], undefined, { cwd: root });

/** A copy of the folder whose database has one bit flipped, where it first says this. */
function flipped(name: string, text: string): string {
  const copy = join(root, name);
  mkdirSync(copy);
  for (const file of ["artguard.db", "governance.keys"]) copyFileSync(join(folder, file), join(copy, file));
  const database = join(copy, "artguard.db");
  const bytes = readFileSync(database);
  const at = bytes.indexOf(text) + Buffer.byteLength(text) - 1;
  expect(at).toBeGreaterThan(Buffer.byteLength(text));
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(database, bytes);
  return copy;
}

describe("artguard audit", () => {
  it("prints a checkpoint to be kept elsewhere, and verifies the log against it", async () => {
    const printed = await run("checkpoint", "--folder", folder);
    expect([printed.status, printed.stderr]).toEqual([0, ""]);
    expect(printed.stdout).toMatch(/^artguard\.local\/[0-9a-f]{16}\/security\n5\n/);
    writeFileSync(checkpoint, printed.stdout);
    const verified = await run("verify", "--folder", folder, "--checkpoint", checkpoint);
    expect(verified).toMatchObject({ status: 0, stderr: "" });
    expect(verified.stdout).toContain("security: 5 entries, compared with the checkpoint\n");
    expect(verified.stdout).toMatch(/\nverified\n$/);
  });

  it("says without a checkpoint what it cannot tell", async () => {
    const { status, stdout } = await run("verify", "--folder", folder);
    expect(status).toBe(0);
    expect(stdout).toContain("without --checkpoint");
  });

  it("finds one flipped bit in the file, and ends with 1", async () => {
    const copy = flipped("flipped", String.raw`event_type\":\"ANALYSIS_READ`);
    const { status, stdout } = await run("verify", "--folder", copy, "--checkpoint", checkpoint);
    expect(status).toBe(1);
    expect(stdout).toMatch(/\nsecurity \d broken_chain: .*\nTAMPERED\n|\nsecurity \d broken_chain: [\s\S]*TAMPERED\n/);
    const json = JSON.parse((await run("verify", "--folder", copy, "--json")).stdout);
    expect(json).toMatchObject({ ok: false });
    expect(json.findings.map(({ kind }: { kind: string }) => kind)).toContain("broken_chain");
  });

  it("finds a log that was deleted, by the checkpoint alone", async () => {
    const copy = join(root, "emptied");
    await (await openFolderPlace(copy))[Symbol.asyncDispose]();
    copyFileSync(join(folder, "governance.keys"), join(copy, "governance.keys"));
    const { status, stdout } = await run("verify", "--folder", copy, "--checkpoint", checkpoint);
    expect(status).toBe(1);
    expect(stdout).toContain("missing_log");
  });

  it("takes the verifier key from a file elsewhere, and refuses a log that another key signed", async () => {
    const own = join(root, "own.key");
    writeFileSync(own, `${(await readFolderKeys(folder))?.audit_verifier_key}\n`);
    expect((await run("verify", "--folder", folder, "--key", own)).status).toBe(0);
    const other = join(root, "other");
    await (await openFolderPlace(other))[Symbol.asyncDispose]();
    const others = join(root, "others.key");
    writeFileSync(others, `${(await readFolderKeys(other))?.audit_verifier_key}`);
    const { status, stdout } = await run("verify", "--folder", folder, "--key", others);
    expect(status).toBe(1);
    expect(stdout).toContain("untrusted_state");
  });

  it("says what is wrong with its arguments, and with keys that others may read", async () => {
    for (const args of [
      [],
      ["verify", "more"],
      ["checkpoint", "--checkpoint", checkpoint],
      ["verify", "--key", "none"],
    ]) {
      expect((await run(...args, "--folder", folder)).status).toBe(2);
    }
    expect((await run("verify", "--folder", join(root, "nowhere"))).status).toBe(2);
    const copy = flipped("exposed", String.raw`event_type\":\"ANALYSIS_READ`);
    chmodSync(join(copy, "governance.keys"), 0o644);
    const { status, stderr } = await run("verify", "--folder", copy);
    expect(status).toBe(1);
    expect(stderr).toContain("keys.file-exposed");
  });
});
