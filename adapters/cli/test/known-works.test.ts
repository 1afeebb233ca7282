import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const untouched = fileURLToPath(new URL("../../../examples/images/untouched.jpg", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "artguard-known-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("artguard scan --known", () => {
  it("tells an identical file, and names what in the folder is no image", async () => {
    const known = join(folder, "known");
    mkdirSync(known);
    copyFileSync(untouched, join(known, "original.jpg"));
    writeFileSync(join(known, "notes.txt"), "no image");
    const args = ["scan", "--json", "--detectors", "error-level", "--known", known, untouched];
    const { status, stdout, stderr } = await runCli(args);
    expect(status).toBe(0);
    expect(stderr).toContain("notes.txt");
    const { findings } = JSON.parse(stdout);
    expect(findings).toEqual([
      expect.objectContaining({ code: "identical-to-known-original", detector: "known-work" }),
    ]);
  });

  it("refuses a folder that does not exist", async () => {
    const { status, stderr } = await runCli(["scan", "--known", join(folder, "missing"), untouched]);
    expect(status).toBe(2);
    expect(stderr).toContain("missing");
  });
});

describe("artguard compare", () => {
  async function references(name: string, count: number): Promise<string> {
    const path = join(folder, name);
    mkdirSync(path);
    for (let i = 0; i < count; i++) {
      const left = 10 * i;
      await sharp(untouched)
        .extract({ left, top: 5 * i, width: 480, height: 400 })
        .jpeg()
        .toFile(join(path, `${i}.jpg`));
    }
    return path;
  }

  it("gives a percentile with its limitation, as text and as JSON, and names references it left out", async () => {
    const path = await references("references", 8);
    writeFileSync(join(path, "notes.txt"), "no image");
    const { status, stdout } = await runCli(["compare", "--json", untouched, "--references", path]);
    expect(status).toBe(0);
    const { comparison, skipped_references } = JSON.parse(stdout);
    expect(comparison).toMatchObject({
      comparable: true,
      percentile: expect.any(Number),
      limitation: expect.stringMatching(/no proof/),
    });
    expect(comparison.reference_distances).toHaveLength(8);
    expect(skipped_references).toEqual([expect.objectContaining({ path: join(path, "notes.txt") })]);
    const text = await runCli(["compare", untouched, "--references", path]);
    expect(text.stdout).toMatch(/consistency percentile .* against 8 references/);
  });

  it("says why too few references mean nothing", async () => {
    const { status, stdout } = await runCli(["compare", untouched, "--references", await references("few", 3)]);
    expect(status).toBe(0);
    expect(stdout).toContain("not comparable (too-few-references)");
  });

  it.each([
    [["compare", untouched], 2],
    [["compare", "--references", "x"], 2],
    [["compare", "missing.jpg", "--references", "x"], 1],
  ])("ends %j with status %d", async (args, expected) => {
    expect((await runCli(args)).status).toBe(expected);
  });
});
