import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { finished, runCli, startCli } from "./run-cli.ts";

const examples = fileURLToPath(new URL("../../../examples/images/", import.meta.url));
const spliced = join(examples, "spliced.jpg");
const untouched = join(examples, "untouched.jpg");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "artguard-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe("artguard scan", () => {
  it("prints one line per image in input order, and a summary", async () => {
    const { status, stdout } = await runCli(["scan", untouched, spliced]);
    expect(status).toBe(0);
    const [first, second, summary] = stdout.split("\n");
    expect(first).toContain("untouched.jpg");
    expect(second).toMatch(/^LIKELY_FORGED .*spliced\.jpg/);
    expect(summary).toContain("2 images, 1 likely forged");
  });

  it("prints nothing but JSON lines with --json", async () => {
    const { status, stdout } = await runCli(["scan", "--json", examples]);
    expect(status).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines).toHaveLength(readdirSync(examples).length);
    for (const line of lines) {
      expect(line).toMatchObject({
        path: expect.any(String),
        request_id: expect.any(String),
        status: "COMPLETED",
        forgery_score: expect.any(Number),
        verdict: expect.stringMatching(/^(AUTHENTIC|SUSPICIOUS|LIKELY_FORGED)$/),
        confidence: { low: expect.any(Number), high: expect.any(Number) },
        coverage: expect.any(Number),
        reasons: expect.any(Array),
        findings: expect.any(Array),
        counter_evidence: expect.any(Array),
        regions: expect.any(Array),
        elapsed_ms: expect.any(Number),
      });
      for (const detector of line["detectors"] as Record<string, unknown>[]) {
        expect(detector).toMatchObject({
          id: expect.any(String),
          family: expect.any(String),
          version: expect.any(String),
          status: expect.any(String),
          elapsed_ms: expect.any(Number),
        });
        expect(detector).toHaveProperty("score");
      }
    }
  });

  it("outlines the forged place, and says what speaks against forgery and what would overturn a finding", async () => {
    const { stdout } = await runCli(["scan", "--json", spliced, untouched]);
    const [forged, authentic] = jsonLines(stdout) as Record<string, Record<string, unknown>[]>[];
    const fused = forged!["regions"]!.filter(({ detector }) => detector === "fused");
    expect(fused).toHaveLength(1);
    const corners = fused[0]!["polygon"] as [number, number][];
    expect(corners.length).toBeGreaterThanOrEqual(6);
    // The pasted disc: its centre and radius.
    for (const [x, y] of corners) expect(Math.abs(Math.hypot(x - 725, y - 235) - 110)).toBeLessThan(24);
    expect(forged!["findings"]![0]!["overturned_by"]).toEqual(expect.any(String));
    expect(authentic!["regions"]!.filter(({ detector }) => detector === "fused")).toEqual([]);
    expect(authentic!["counter_evidence"]!.length).toBeGreaterThan(0);
  });

  it("probes on demand whether the verdict survives a messenger app", async () => {
    const report = join(folder, "stability");
    const run = ["scan", "--json", "--stability", "--report", report, "--detectors", "double-quantization", spliced];
    const [line] = jsonLines((await runCli(run)).stdout);
    const ids = ["messenger", "jpeg-75", "resize-75", "crop-5"];
    expect(line).toMatchObject({
      stability: { variants: ids.map((id) => ({ id })) },
    });
    const page = readFileSync(join(report, "spliced.html"), "utf8");
    expect(page).toContain("survive a messenger app");
    expect(page).toContain("resizing to 75 % and saving as JPEG 75");
  });

  it("names every input that failed, judges the others and exits 1", async () => {
    const text = join(folder, "notes.txt");
    const empty = join(folder, "empty.png");
    writeFileSync(text, "no image");
    writeFileSync(empty, "");
    const missing = join(folder, "missing.jpg");
    const { status, stdout } = await runCli(["scan", "--json", text, untouched, empty, missing]);
    expect(status).toBe(1);
    const lines = jsonLines(stdout);
    expect(lines.map(({ error }) => (error as { code: string } | undefined)?.code)).toEqual([
      "image.unsupported-format",
      undefined,
      "image.empty",
      "image.unreadable",
    ]);
    for (const { error } of [lines[0]!, lines[2]!, lines[3]!]) {
      expect(error).toEqual({ code: expect.any(String), message: expect.any(String), fix: expect.any(String) });
    }
  });

  it("reports paths that cannot even be looked at as failed inputs", async () => {
    const loop = join(folder, "loop.jpg");
    symlinkSync(loop, loop);
    const long = join(folder, `${"x".repeat(300)}.jpg`);
    const { status, stdout } = await runCli(["scan", "--json", loop, long, join(untouched, "inside.jpg"), untouched]);
    expect(status).toBe(1);
    const codes = jsonLines(stdout).map(({ error }) => (error as { code: string } | undefined)?.code);
    expect(codes).toEqual(["image.unreadable", "image.unreadable", "image.unreadable", undefined]);
  });

  it("reads one image from standard input", async () => {
    const { status, stdout } = await runCli(["scan", "--json", "-"], readFileSync(spliced));
    expect(status).toBe(0);
    expect(jsonLines(stdout)[0]).toMatchObject({ path: "-", verdict: "LIKELY_FORGED" });
  });

  it("scans the files below a folder in natural order, without hidden ones", async () => {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "b"), { recursive: true });
    for (const name of ["10.jpg", "9.jpg", join("b", "1.jpg"), ".hidden.jpg"])
      copyFileSync(untouched, join(tree, name));
    const { stdout } = await runCli(["scan", "--json", "--detectors", "double-quantization", tree]);
    expect(jsonLines(stdout).map(({ path }) => path)).toEqual(
      ["9.jpg", "10.jpg", join("b", "1.jpg")].map((n) => join(tree, n)),
    );
  });

  it("exits 3 when --fail-on is met, and 0 when it is not", async () => {
    expect((await runCli(["scan", "--fail-on", "LIKELY_FORGED", untouched])).status).toBe(0);
    expect((await runCli(["scan", "--fail-on", "likely_forged", untouched, spliced])).status).toBe(3);
    expect((await runCli(["scan", "--fail-on", "SUSPICIOUS", spliced, join(folder, "missing.jpg")])).status).toBe(3);
  });

  it.each([
    [["scan"], "name at least one file"],
    [["scan", "--concurrency", "0", "x"], "--concurrency must be a whole number from 1 on"],
    [["scan", "--concurrency", "1.5", "x"], "--concurrency must be a whole number"],
    [["scan", "--deadline", "soon", "x"], "--deadline must be a number from 0.001 to 2147483"],
    [["scan", "--deadline", "0.0001", "x"], "--deadline must be a number from 0.001 to 2147483"],
    [["scan", "--deadline", "1e9", "x"], "--deadline must be a number from 0.001 to 2147483"],
    [["scan", "--fail-on", "FAKE", "x"], "--fail-on takes AUTHENTIC"],
    [["scan", "--detectors", "magic", "x"], 'there is no detector "magic"'],
    [["scan", "--trust", spliced, "x"], "holds no certificate"],
    [["scan", "--trust", "missing.pem", "x"], "missing.pem: no such file or directory"],
    [["scan", "--colour", "x"], "--colour"],
    [["look", "x"], 'there is no command "look"'],
    [[], "name a command"],
  ])("exits 2 and explains for %j", async (args, message) => {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nHelp: artguard( help scan| --help)\n$/);
  });

  it("says why it is suspicious where no finding does", async () => {
    const { stdout } = await runCli(["scan", "--detectors", "provenance", untouched]);
    expect(stdout).toMatch(/^SUSPICIOUS .*Too few kinds of evidence/);
  });

  it("runs only the chosen detectors", async () => {
    const { stdout } = await runCli(["scan", "--json", "--detectors", "double-quantization", untouched]);
    expect(jsonLines(stdout)[0]?.["detectors"]).toMatchObject([{ id: "double-quantization" }]);
  });

  it("keeps control characters of file names from the terminal", async () => {
    const { stdout } = await runCli(["scan", join(folder, "\u001b[31mred\u202e.jpg")]);
    expect(stdout).toContain("FAILED");
    expect(stdout).toContain("\ufffd[31mred\ufffd.jpg");
  });

  it("ends quietly when its reader goes away", async () => {
    const child = startCli(["scan", "--json", ...Array.from({ length: 20 }, () => untouched)]);
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout?.once("data", () => child.stdout?.destroy());
    const [status] = await once(child, "exit");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("says how far it came when it is interrupted, and exits 130", async () => {
    const child = startCli(["scan", ...Array.from({ length: 200 }, () => untouched)]);
    child.stdin?.end();
    const run = finished(child);
    await once(child.stdout!, "data");
    child.kill("SIGINT");
    const { status, stdout } = await run;
    expect(status).toBe(130);
    expect(stdout).toMatch(/200 images, .*\d+ not reached/);
  });
});

describe("artguard scan --heatmaps", () => {
  it("writes an 8-bit grey PNG of the size of the upright original, brightest in the forged place", async () => {
    const maps = join(folder, "maps");
    const upright = await sharp(spliced).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer();
    const rotated = join(folder, "rotated.jpg");
    writeFileSync(rotated, upright);
    const { stdout } = await runCli(["scan", "--json", "--heatmaps", maps, spliced, untouched, rotated]);
    const lines = jsonLines(stdout);
    const files = ["spliced.png", "untouched.png", "rotated.png"].map((name) => join(maps, name));
    expect(lines.map(({ heatmap }) => heatmap)).toEqual(files);
    const sizes = await Promise.all(files.map((file) => sharp(file).metadata()));
    expect(sizes.map(({ width, height, channels, depth }) => [width, height, channels, depth])).toEqual([
      [1024, 768, 1, "uchar"],
      [1024, 768, 1, "uchar"],
      [768, 1024, 1, "uchar"],
    ]);
    const data = await sharp(files[0]).extractChannel(0).raw().toBuffer();
    expect(data[235 * 1024 + 725]).toBeGreaterThan(230); // inside the pasted disc
    expect(data[600 * 1024 + 100]).toBeLessThan(128);
  });

  it("numbers later inputs of the same stem, and leaves no unfinished file", async () => {
    const maps = join(folder, "numbered");
    const report = join(folder, "numbered-report");
    const { stdout } = await runCli(["scan", "--json", "--heatmaps", maps, "--report", report, untouched, untouched]);
    expect(jsonLines(stdout).map(({ heatmap, report }) => [heatmap, report])).toEqual([
      [join(maps, "untouched.png"), join(report, "untouched.html")],
      [join(maps, "untouched-2.png"), join(report, "untouched-2.html")],
    ]);
    expect(readdirSync(maps).sort()).toEqual(["untouched-2.png", "untouched.png"]);
    expect(readdirSync(report).sort()).toEqual(["index.html", "untouched-2.html", "untouched.html"]);
  });

  it("writes for names as long as a file system takes", async () => {
    const image = join(folder, `${"n".repeat(251)}.jpg`);
    copyFileSync(untouched, image);
    const heatmaps = join(folder, "long");
    const { status, stdout } = await runCli(["scan", "--json", "--heatmaps", heatmaps, image]);
    expect(status).toBe(0);
    expect(readdirSync(heatmaps).map((name) => join(heatmaps, name))).toEqual([jsonLines(stdout)[0]?.["heatmap"]]);
  });

  it("says what is wrong with a file, and that a folder has none", async () => {
    const { stdout } = await runCli(["scan", join(folder, "missing.jpg")]);
    expect(stdout).toMatch(/missing\.jpg: no such file or directory \(image\.unreadable\)/);
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const nothing = await runCli(["scan", "--fail-on", "SUSPICIOUS", empty]);
    expect(nothing).toMatchObject({ status: 1, stdout: "", stderr: `artguard: there is no file in ${empty}\n` });
  });

  it("does not name the claim of a sign that raised no doubt as if it had", async () => {
    const { stdout } = await runCli(["scan", untouched]);
    expect(stdout).toMatch(/^AUTHENTIC +\d+ +\S+(?: {2}Too weak a sign for a doubt: .+)?$/m);
  });

  it("refuses a folder that cannot be made", async () => {
    const { status, stderr } = await runCli(["scan", "--heatmaps", join(untouched, "maps"), untouched]);
    expect(status).toBe(2);
    expect(stderr).toContain("cannot be made");
  });
});

describe("artguard scan --report", () => {
  it("keeps what was judged, and exits 1, when the index cannot be written", async () => {
    const report = join(folder, "blocked");
    mkdirSync(join(report, "index.html"), { recursive: true });
    const { status, stdout, stderr } = await runCli(["scan", "--json", "--report", report, untouched]);
    expect(status).toBe(1);
    expect(jsonLines(stdout)).toMatchObject([{ verdict: "AUTHENTIC", report: join(report, "untouched.html") }]);
    expect(stderr).toMatch(/index was not written: .*storage\.write-failed/);
  });
});

describe("artguard provenance", () => {
  it("tells where files say that they come from, in words and as JSON", async () => {
    const generated = join(examples, "generated.png");
    const words = await runCli(["provenance", generated, join(folder, "missing.jpg")]);
    expect(words.status).toBe(1);
    expect(words.stdout).toMatch(/C2PA manifest absent; image generator AUTOMATIC1111/);
    expect(words.stdout).toContain("image.unreadable");
    const { stdout } = await runCli(["provenance", "--json", generated]);
    expect(jsonLines(stdout)[0]).toMatchObject({ provenance: { generator: { name: "AUTOMATIC1111" } } });
  });

  it("explains what it was not given", async () => {
    expect((await runCli(["provenance"])).status).toBe(2);
  });
});

describe("artguard limits", () => {
  it("prints the limits", async () => {
    expect(await runCli(["limits"])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/64 MiB.*128 megapixels/s),
    });
  });
});
