import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createArtGuard, epochMillisecondsSchema } from "@artguard/core";
import { folder as objectFolder } from "@artguard/core/filesystem";
import { forensicDetectors } from "@artguard/forensics";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const examples = fileURLToPath(new URL("../../../examples/images/", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "artguard-kept-"));
const folder = join(root, "store");
afterAll(() => rmSync(root, { recursive: true, force: true }));
const run = (...args: string[]) => runCli([...args, "--folder", folder]);

/** One analysis with its image and two results of which the first alone has a heat map, one without image, one with both. */
let [twice, once, mapped] = ["", "", ""];
beforeAll(async () => {
  const detectors = forensicDetectors().filter(({ id }) => ["provenance", "double-quantization"].includes(id));
  const bytes = readFileSync(join(examples, "spliced.jpg"));
  const granted_at = epochMillisecondsSchema.parse(Date.now());
  const consent = { purpose: "image_storage", policy_version: "1", granted_at } as const;
  await using first = await createArtGuard({ detectors, storage: { folder }, userTable: false });
  const saved = { userId: "local", filename: "<b>spliced.jpg", saveImage: true, consent };
  twice = (await first.analyze(bytes, saved)).request_id;
  once = (await first.analyze(readFileSync(join(examples, "untouched.jpg")), { userId: "local" })).request_id;
  mapped = (await first.analyze(bytes, saved)).request_id;
  const provenanceAlone = detectors.filter(({ id }) => id === "provenance");
  await using second = await createArtGuard({ detectors: provenanceAlone, storage: { folder }, userTable: false });
  await second.reanalyze(twice);
});

describe("artguard compare, of kept analyses", () => {
  it("says what a reanalysis changed", async () => {
    const { status, stdout } = await run("compare", twice, "--versions");
    expect(status).toBe(0);
    expect(stdout).toMatch(/, result 1: LIKELY_FORGED \d+, .*\n.*, result 2: SUSPICIOUS/);
    expect(stdout).toMatch(/\nthe same image\nscore -\d+\.\d, LIKELY_FORGED became SUSPICIOUS\n/);
    expect(stdout).toMatch(/findings that went:\n {2}\+\d\S* {2}double-quantization\//);
    expect(stdout).toMatch(/ {2}double-quantization: ok \d+ \(\S+\) became not asked/);
    const comparison = JSON.parse((await run("compare", twice, "--versions", "--json")).stdout);
    expect(comparison).toMatchObject({ from: { version_number: 1 }, to: { version_number: 2 }, same_image: true });
    expect(comparison.findings.disappeared.length).toBeGreaterThan(0);
  });

  it("fails where there is one result only, as its help says", async () => {
    const { status, stdout, stderr } = await run("compare", once, "--versions", "--json");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("one result only");
  });

  it("compares two analyses, and refuses what it cannot", async () => {
    const comparison = JSON.parse((await run("compare", once, twice, "--json")).stdout);
    expect(comparison).toMatchObject({ from: { request_id: once }, to: { request_id: twice }, same_image: false });
    const unknown = await run("compare", once, "no-such-id", "--json");
    expect([unknown.status, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: "analysis.not-found" } }]);
    for (const more of [[], [twice, "--versions"], ["--versions", "--references", "x"]]) {
      expect((await run("compare", once, ...more)).status).toBe(2);
    }
  });
});

describe("artguard report", () => {
  const page = join(root, "page.html");

  it("writes the page with the kept picture, in which a hostile name is text", async () => {
    const { status, stdout } = await run("report", twice, "--to", page);
    expect([status, stdout]).toEqual([0, `Report: ${page}\n`]);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("&lt;b&gt;spliced.jpg");
    expect(html).not.toContain("<b>spliced");
    expect(await widthOf(html)).toBe(1024);
  });

  it("draws the heat map of the present result, where one is kept", async () => {
    expect((await run("report", twice, "--to", page, "--json")).stdout).toContain('"has_heat_map":false');
    await run("report", mapped, "--to", page);
    const kept = readFileSync(page, "utf8").match(/data-overlay="all" src="data:image\/png;base64,([^"]+)"/)?.[1];
    await run("show", mapped, "--heatmap", join(root, "map.png"));
    expect(kept).toBe(readFileSync(join(root, "map.png")).toString("base64"));
  });

  it("says that there is no picture where none is kept, or another than was stored", async () => {
    const { stdout } = await run("report", once, "--to", page, "--json");
    expect(JSON.parse(stdout)).toEqual({
      ...{ request_id: once, report: page },
      ...{ has_picture: false, has_heat_map: false },
    });
    expect(readFileSync(page, "utf8")).not.toContain('<img src="data:image/jpeg');
    const { analysis } = JSON.parse((await run("show", twice, "--json")).stdout);
    // As an encrypted one is for whoever has the folder alone.
    const { key, content_type } = analysis.processed_object;
    const other = new TextEncoder().encode("another");
    await objectFolder({ path: join(folder, "objects") }).put(key, other, { contentType: content_type });
    expect((await run("report", twice, "--to", page)).stdout).toContain("without the picture");
  });

  it("refuses an unknown analysis and a place that cannot be written", async () => {
    expect((await run("report", "no-such-id", "--to", page)).status).toBe(1);
    const { status, stderr } = await run("report", once, "--to", join(root, "none", "page.html"));
    expect([status, stderr]).toEqual([1, expect.stringContaining("no such file or directory (storage.write-failed)")]);
    expect(stderr).not.toContain("unfinished");
    expect((await run("report", once)).status).toBe(2);
  });

  it("writes the page in the language that is asked for", async () => {
    const { status } = await run("report", once, "--to", page, "--language", "es");
    expect([status, readFileSync(page, "utf8")]).toEqual([0, expect.stringContaining('<html lang="es">')]);
  });
});

/** Pixels across of the picture in a page. */
async function widthOf(html: string): Promise<number | undefined> {
  const [, base64 = ""] = /<img src="data:image\/jpeg;base64,([^"]+)"/.exec(html) ?? [];
  return (await sharp(Buffer.from(base64, "base64")).metadata()).width;
}
