import { existsSync, readdirSync, statSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inferenceKey } from "@artguard/core";
import { folder as objectFolder } from "@artguard/core/filesystem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const image = (name: string) => fileURLToPath(new URL(`../../../examples/images/${name}`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-records-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command in the temporary folder, where `.artguard` then is. */
const run = (...args: string[]) =>
  runCli(args, undefined, { cwd: folder, env: { ...process.env, ARTGUARD_FOLDER: "" } });

async function history(): Promise<{
  items: { request_id: string; filename: string; verdict: string }[];
  cursor?: string;
}> {
  return JSON.parse((await run("history", "--json")).stdout);
}

const quick = ["--detectors", "provenance,double-quantization"];

describe("artguard scan", () => {
  it("keeps nothing unless it is asked to", async () => {
    expect((await run("scan", image("spliced.jpg"), ...quick)).status).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it("keeps results with --keep, and images only with --save-images", async () => {
    await run("scan", image("spliced.jpg"), ...quick, "--keep");
    expect(filesBelow(join(folder, ".artguard", "objects"))).toEqual([]);
    await run("scan", image("untouched.jpg"), ...quick, "--save-images");
    const kept = filesBelow(join(folder, ".artguard", "objects"));
    // The image, its copy and its heat map.
    expect(kept.length).toBe(3);
    expect(await readFile(join(folder, ".artguard", ".gitignore"), "utf8")).toBe("*\n");
  });
});

describe("artguard history, show, delete and export", () => {
  it("list what was kept, newest first, and page by page", async () => {
    const { items } = await history();
    expect(items.map(({ filename }) => filename)).toEqual(["untouched.jpg", "spliced.jpg"]);
    const first = JSON.parse((await run("history", "--limit", "1", "--json")).stdout);
    const second = JSON.parse((await run("history", "--limit", "1", "--cursor", first.cursor, "--json")).stdout);
    expect([...first.items, ...second.items]).toEqual(items);
    expect((await run("history")).stdout.split("\n")[0]).toContain("untouched.jpg");
  });

  it("show one analysis with its findings and how long each part is kept", async () => {
    const { items } = await history();
    const spliced = items.find(({ filename }) => filename === "spliced.jpg")!;
    const { stdout, status } = await run("show", spliced.request_id);
    expect(status).toBe(0);
    expect(stdout).toContain("saved before at a JPEG quality");
    expect(stdout).toContain("image: not kept");
    const untouched = JSON.parse((await run("show", items[0]!.request_id, "--json")).stdout);
    const copy = untouched.retention.find(({ datum }: { datum: string }) => datum === "image");
    const days = (Date.parse(copy.until) - untouched.analysis.created_at) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30.001);
  });

  it("dispute and review one analysis, beside its verdict, and show both", async () => {
    const { items } = await history();
    const { request_id, verdict } = items.find(({ filename }) => filename === "spliced.jpg")!;
    expect((await run("dispute")).stdout).toBe("no dispute is open\n");
    expect((await run("dispute", "--json")).stdout).toBe("");
    const disputed = await run("dispute", request_id, "--reason", "It hung in\nmy \u001b[31mkitchen.");
    expect([disputed.status, disputed.stderr]).toEqual([0, ""]);
    expect((await run("dispute")).stdout).toBe(disputed.stdout);
    expect((await run("dispute", request_id, "--reason", "again")).stderr).toContain("analysis.already-disputed");
    const note = ["--note", "A later frame.", "--verdict", "AUTHENTIC", "--reviewer", "rosa"];
    const reviewed = JSON.parse((await run("review", request_id, ...note, "--json")).stdout);
    expect(reviewed).toMatchObject({ verdict, review: { reviewer_verdict: "AUTHENTIC", reviewer_id: "rosa" } });
    const { stdout } = await run("show", request_id);
    expect(stdout).toContain(verdict);
    expect(stdout).toContain("disputed by local, resolved: It hung in my [31mkitchen.\n");
    expect(stdout).toContain("reviewed by rosa, who says AUTHENTIC: A later frame.\n");
    expect(stdout).toContain("disputes and reviews in the table of analyses");
    for (const wrong of [
      ["dispute", request_id],
      ["review", request_id],
      ["review", "--note", "x"],
      ["review", request_id, "--note", "x", "--verdict", "MAYBE"],
    ])
      expect((await run(...wrong)).status, wrong.join(" ")).toBe(2);
  });

  it("show the heat map of a kept image, and say when there is none", async () => {
    const { items } = await history();
    const file = join(folder, "heat-map.png");
    const [kept, unkept] = ["untouched.jpg", "spliced.jpg"].map(
      (name) => items.find((each) => each.filename === name)!,
    );
    const { status, stderr } = await run("show", unkept!.request_id, "--heatmap", file);
    expect([status, stderr]).toEqual([1, expect.stringContaining("analysis.heat-map-not-kept")]);
    expect(existsSync(file)).toBe(false);
    expect((await run("show", kept!.request_id, "--heatmap", file)).status).toBe(0);
    expect((await readFile(file)).subarray(1, 4).toString()).toBe("PNG");
    expect((await run("show", kept!.request_id, "--heatmap", join(folder, "no", "where.png"))).stderr).toContain(
      "storage.write-failed",
    );
  });

  it("explain one analysis sentence by sentence, with the evidence under each, in two languages", async () => {
    const { items } = await history();
    const { request_id } = items.find(({ filename }) => filename === "spliced.jpg")!;
    const { stdout, status } = await run("explain", request_id);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^For forgery: .*\n {4}double-quantization\/single-quantized-region, weight \+\d\.\d\d, .* px at x/m,
    );
    expect(stdout).toMatch(/^ {4}“Double quanti.*” artguard:double-quantization$/m);
    expect(stdout).toMatch(/template, in English\.\n$/);
    const spanish = await run("explain", request_id, "--language", "es");
    expect(spanish.stdout).toMatch(/^A favor de la falsificación: .*\n {4}double-quantization\//m);
    const { explanation } = JSON.parse((await run("explain", request_id, "--language", "es", "--json")).stdout);
    expect(explanation).toMatchObject({ language: "es", author: "template", warnings: [] });
    for (const { evidence } of explanation.sentences) expect(evidence).not.toEqual([]);
    expect((await run("explain", request_id, "--language", "fr")).status).toBe(2);
    expect((await run("explain")).status).toBe(2);
    expect((await run("explain", "no-such-id")).stderr).toContain("analysis.not-found");
  });

  it("export everything, images included", async () => {
    const to = join(folder, "exported");
    const { stdout, status } = await run("export", "--to", to);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+ files in /)]);
    const { files } = JSON.parse(await readFile(join(to, "manifest.json"), "utf8"));
    const original = files.find(({ path }: { path: string }) => path.endsWith("original.jpg"));
    expect(await readFile(join(to, original.path))).toEqual(await readFile(image("untouched.jpg")));
  });

  it("delete an analysis with its images, and say when there is none", async () => {
    const { items } = await history();
    const { request_id } = items[0]!;
    const { status, stdout, stderr } = await run("delete", request_id, "no-such-id");
    expect([status, stdout]).toEqual([1, `deleted ${request_id}\n`]);
    expect(stderr).toContain("analysis.not-found");
    expect(filesBelow(join(folder, ".artguard", "objects"))).toEqual([]);
    expect((await history()).items).toHaveLength(1);
    expect((await run("show", request_id)).status).toBe(1);
  });

  it("name the analysis that is not there in JSON, too, and a folder that cannot be made", async () => {
    const missing = JSON.parse((await run("delete", "no-such-id", "--json")).stdout);
    expect(missing).toMatchObject({ request_id: "no-such-id", error: { code: "analysis.not-found" } });
    await writeFile(join(folder, "a-file"), "");
    const { status, stderr } = await run("export", "--to", join(folder, "a-file", "below"));
    expect([status, stderr]).toEqual([1, expect.stringContaining("storage.write-failed")]);
  });

  it("refuse to work where nothing was ever kept", async () => {
    const { status, stderr } = await run("history", "--folder", join(folder, "elsewhere"));
    expect(status).toBe(2);
    expect(stderr).toContain("there are no records in");
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  it("refuse a cursor that was made up", async () => {
    const { status, stderr } = await run("history", "--cursor", "x.y");
    expect([status, stderr]).toEqual([1, expect.stringContaining("storage.invalid-cursor")]);
  });
});

describe("artguard doctor", () => {
  it("finds the stores as they should be", async () => {
    const { status, stdout } = await run("doctor");
    expect(stdout).toContain("integrity: every page is whole");
    expect(stdout).toContain("table artguard-image-analysis-dev: as defined");
    expect([status, stdout.match(/problem/g)]).toEqual([0, null]);
  });

  it("says that there is nothing yet, and makes nothing", async () => {
    const { status, stdout } = await run("doctor", "--folder", join(folder, "new"));
    expect([status, stdout]).toEqual([0, expect.stringContaining("does not exist yet")]);
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  it("names what is wrong and how to mend it", async () => {
    await chmod(join(folder, ".artguard"), 0o755);
    await chmod(join(folder, ".artguard", "artguard.db"), 0o644);
    const { status, stdout } = await run("doctor");
    await chmod(join(folder, ".artguard"), 0o700);
    expect([status, stdout]).toEqual([1, expect.stringMatching(/problem.*access of others[\s\S]*chmod 700/)]);
  });

  it("refuses a file that is no store of ours, rather than to begin an empty one", async () => {
    const other = await mkdtemp(join(tmpdir(), "artguard-other-"));
    await writeFile(join(other, "artguard.db"), "this is no database");
    const { status, stdout } = await run("doctor", "--folder", other);
    expect([status, stdout]).toEqual([1, expect.stringContaining("problem")]);
    expect(await readFile(join(other, "artguard.db"), "utf8")).toBe("this is no database");
    await rm(other, { recursive: true });
  });
});

describe("artguard sweep and erase", () => {
  it("delete an object that no record names any more, and print what they did", async () => {
    const lastYear = { path: join(folder, ".artguard", "objects"), now: () => Date.now() - 365 * 86_400_000 };
    const [objects, key] = [objectFolder(lastYear), inferenceKey("orphan", lastYear.now(), "original.jpg")];
    await objects.put(key, new Uint8Array(9));
    const swept = await run("sweep", "--json");
    expect(JSON.parse(swept.stdout)).toMatchObject({ objects_deleted: 1, images_expired: 0, erasures: [] });
    expect(await objects.head(key)).toBeUndefined();
    const { status, stdout } = await run("sweep");
    expect([status, stdout]).toEqual([
      0,
      "0 of 0 objects deleted, 0 images and 0 records had expired, 0 charges given back; 0 erasures ended\n",
    ]);
  });

  it("erases a user with images, prints the receipt, and lets the owner of this machine keep something new", async () => {
    await run("scan", image("untouched.jpg"), ...quick, "--save-images");
    const { status, stdout } = await run("erase", "--user", "local", "--json");
    const receipt = JSON.parse(stdout);
    expect([status, receipt.user_id]).toEqual([0, "local"]);
    expect(receipt.erased.objects).toBeGreaterThanOrEqual(2);
    expect(receipt.residues.map(({ what }: { what: string }) => what).join()).toContain("backups");
    expect(filesBelow(join(folder, ".artguard", "objects"))).toEqual([]);
    expect((await history()).items).toEqual([]);
    expect((await run("scan", image("untouched.jpg"), ...quick, "--keep")).status).toBe(0);
    expect((await history()).items).toHaveLength(1);
    expect((await run("erase", "--user", "nobody")).stdout).toMatch(
      /^erased nobody at .*: 0 analyses[\s\S]*left:\n {2}backups/,
    );
  });

  it("ask whom to erase, and refuse what is no user", async () => {
    for (const args of [["erase"], ["erase", "--user", "a b"], ["erase", "somebody"], ["sweep", "now"]])
      expect((await run(...args)).status).toBe(2);
  });
});

describe("artguard train", () => {
  const upload = (...more: string[]) =>
    run("train", "upload", "--dataset-path", join(folder, "images"), "--dataset-name", "authentic_v1", ...more);

  it("uploads a folder of labelled images, goes on where it stopped, and prints their manifest", async () => {
    await mkdir(join(folder, "images"));
    await copyFile(image("untouched.jpg"), join(folder, "images", "a.jpg"));
    await writeFile(join(folder, "images", "note.txt"), "no image");
    const first = await upload();
    expect([first.status, first.stdout.split("\n").slice(0, 2)]).toEqual([
      1,
      ["uploaded a.jpg", expect.stringMatching(/^refused {2}note\.txt: .*image\.unsupported-format/)],
    ]);
    await rm(join(folder, "images", "note.txt"));
    const second = await upload();
    expect([second.status, second.stdout]).toEqual([0, expect.stringContaining("1 there already")]);
    const manifest = (await run("train", "manifest", "--dataset-name", "authentic_v1")).stdout.trim().split("\n");
    expect(manifest.map((line) => JSON.parse(line).label)).toEqual(["authentic"]);
  });

  it("makes its folder for its owner's eyes only, and ignoring itself", async () => {
    const place = join(folder, "fresh");
    expect((await upload("--folder", place)).status).toBe(0);
    expect(statSync(place).mode & 0o77).toBe(0);
    expect(await readFile(join(place, ".gitignore"), "utf8")).toBe("*\n");
  });

  it("asks for what is missing", async () => {
    expect((await run("train", "upload", "--dataset-name", "authentic_v1")).status).toBe(2);
    expect((await run("train", "manifest")).status).toBe(2);
    expect((await upload("--label", "maybe")).status).toBe(2);
    const unknown = await run("train", "upload", "--dataset-path", folder, "--dataset-name", "museum_v1");
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining("training.unknown-label")]);
  });
});

describe("settings from the environment", () => {
  it("are checked before anything is done", async () => {
    const env = { ...process.env, ARTGUARD_ENV: "No Good" };
    const { status, stderr } = await runCli(["history"], undefined, { cwd: folder, env });
    expect([status, stderr]).toEqual([2, expect.stringContaining("ARTGUARD_ENV must be")]);
  });

  it("ask for the key of the cursors before DynamoDB is used", async () => {
    const { status, stderr } = await run("history", "--aws");
    expect([status, stderr]).toEqual([2, expect.stringContaining("ARTGUARD_CURSOR_KEY")]);
  });
});

/** Files of objects, wherever the store puts them. */
function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
