import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { pdfOf } from "../../../../packages/core/test/knowledge/pdf-of.ts";
import { picture } from "../../../http/test/http-place.ts";
import { finished, type Run } from "../run-cli.ts";
import { type Carrier, hostileDocuments, hostilePictures } from "./carriers.ts";
import { canary, type HostilePlace, hostilePlace } from "./place.ts";
import { hostileReferences } from "./references.ts";
import { canWatch, pathsOutside, readCalls, type SystemCalls, startWatched } from "./system-calls.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const trusting = fileURLToPath(new URL("trusting-reader.ts", import.meta.url));

/** Runs a program in the folder inside, under the watch of strace. */
async function watched(
  { inside }: Pick<HostilePlace, "inside">,
  args: readonly string[],
): Promise<Run & { calls: SystemCalls }> {
  const trace = join(inside, "..", `${randomUUID()}.trace`);
  const child = startWatched(trace, args, inside);
  child.stdin?.end();
  const run = await finished(child);
  return { ...run, calls: readCalls(trace, inside) };
}

/** Runs `artguard`, which may neither leave the folder nor tell what lies outside. */
async function harmless(place: HostilePlace, friendly: SystemCalls, args: readonly string[]): Promise<Run> {
  const run = await watched(place, [main, ...args]);
  expect(run.stdout + run.stderr, args.join(" ")).not.toContain(canary);
  expect(run.stderr, args.join(" ")).not.toMatch(/\n\s+at .*\.ts:/);
  expect(pathsOutside(run.calls, friendly, [place.inside]), args.join(" ")).toEqual([]);
  expect(run.calls.connections, args.join(" ")).toEqual([]);
  expect(place.asked).toEqual([]);
  return run;
}

function filled(folder: string, files: readonly Carrier[]): string {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** What the command asks the system for when nobody means harm. */
async function friendlyRun(args: (place: HostilePlace) => readonly string[]): Promise<SystemCalls> {
  const place = await hostilePlace();
  filled(join(place.inside, "pictures"), [{ name: "portrait.png", bytes: picture }]);
  return (await watched(place, [main, ...args(place)])).calls;
}

const links = (place: HostilePlace, folder: string) => {
  const targets = ["canary.jpg", "canary.txt", ".", "none"].map((name) => join(place.outside, name));
  const far = ["/etc/passwd", "/dev/zero", "/proc/self/environ", "../../outside/canary.jpg", "../../outside"];
  for (const [i, target] of [...targets, ...far].entries()) symlinkSync(target, join(folder, `link-${i}.jpg`));
  symlinkSync(join(place.outside, "canary.md"), join(folder, "link.md"));
  return targets.length + far.length;
};

describe.skipIf(!canWatch())("the command line, watched by the operating system's side", () => {
  it("follows nothing that a picture refers to, nor a link in a folder, whatever is made of it", async () => {
    const place = await hostilePlace();
    const few = hostilePictures(place).filter(({ name }) => /-[01]\./.test(name));
    const pictures = filled(join(place.inside, "pictures"), few);
    const names = [
      "$(id).jpg",
      "`id`.png",
      "-rf.jpg",
      "a;b|c&d.jpg",
      "..jpg",
      "...png",
      "\u001b[2J.png",
      "<img src=x>.png",
      "%2e%2e%2f.png",
      "{{7*7}}.png",
    ];
    filled(
      pictures,
      names.map((name) => ({ name, bytes: picture })),
    );
    const count = links(place, pictures);
    const out = { report: join(place.inside, "report"), heatmaps: join(place.inside, "heatmaps") };
    const scan = (folder: string) => [
      "scan",
      folder,
      "--report",
      out.report,
      "--heatmaps",
      out.heatmaps,
      "--keep",
      "--save-images",
      "--folder",
      "store",
    ];
    const friendly = await friendlyRun(() => [...scan("pictures"), "--known", "pictures"]);
    const scanned = await harmless(place, friendly, [...scan(pictures), "--known", pictures, "--json"]);
    const lines = scanned.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string; verdict?: string });
    console.log(`${lines.length} pictures scanned, ${count} links left out`);
    expect(lines.filter(({ verdict }) => verdict).length).toBeGreaterThan(20);
    expect(lines.some(({ path }) => path.includes("link-"))).toBe(false);
    expect(
      readdirSync(join(place.inside, ".."))
        .sort()
        .filter((name) => !name.endsWith(".trace")),
    ).toEqual(["inside", "outside"]);
    const exported = await harmless(place, friendly, ["export", "--to", "export", "--folder", "store"]);
    expect(exported.status).toBe(0);
    await harmless(place, friendly, [
      "train",
      "upload",
      "--dataset-path",
      pictures,
      "--dataset-name",
      "authentic_v1",
      "--folder",
      "store",
    ]);
    await harmless(place, friendly, ["compare", join(pictures, few[0]!.name), "--references", pictures]);
  }, 600_000);

  it("tells where files say that they come from without going there", async () => {
    const place = await hostilePlace();
    const files = hostilePictures(place);
    const friendly = await friendlyRun(() => ["provenance", "pictures"]);
    const { stdout } = await harmless(place, friendly, [
      "provenance",
      filled(join(place.inside, "files"), files),
      "--json",
    ]);
    expect(stdout.trim().split("\n").length).toBe(files.length);
    // The watch is worth something: the readers have read the addresses.
    expect(stdout).toContain('"integrity":"remote-only"');
  }, 600_000);

  it("reads documents, and nothing that they refer to", async () => {
    const place = await hostilePlace();
    const documents = hostileDocuments(place);
    const folder = filled(join(place.inside, "documents"), documents);
    links(place, folder);
    const friendly = await friendlyRun(({ inside }) => {
      filled(inside, [{ name: "plain.pdf", bytes: pdfOf(["Craquelure of panel paintings"]) }]);
      return ["knowledge", "add", "plain.pdf", "--folder", "store"];
    });
    const paths = documents.map(({ name }) => join(folder, name));
    const added = await harmless(place, friendly, ["knowledge", "add", ...paths, "--folder", "store", "--json"]);
    const statuses = added.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { status: string }).status);
    expect(statuses.filter((status) => status === "added").length).toBeGreaterThan(20);
    links(place, join(place.inside, "store/knowledge"));
    const found = await harmless(place, friendly, [
      "knowledge",
      "search",
      "craquelure",
      "--folder",
      "store",
      "--limit",
      "50",
    ]);
    expect(found.stdout).toContain("raquelure");
    const listed = await harmless(place, friendly, ["knowledge", "list", "--folder", "store"]);
    expect(listed.stdout).toContain("document-0.md");
  }, 600_000);

  it("takes names for names, wherever a command asks for one", async () => {
    const place = await hostilePlace();
    const pictures = filled(join(place.inside, "pictures"), [{ name: "portrait.png", bytes: picture }]);
    const friendly = await friendlyRun(() => ["scan", "pictures", "--keep", "--folder", "store"]);
    await harmless(place, friendly, ["scan", pictures, "--keep", "--folder", "store"]);
    const names = hostileReferences(place).filter(
      (name) => !name.includes("\0") && name.length < 1000 && name.isWellFormed(),
    );
    const store = ["--folder", "store"];
    await harmless(place, friendly, ["delete", ...store, "--", ...names]);
    for (const name of names.filter((_, i) => i % 45 === 0)) {
      await harmless(place, friendly, ["show", ...store, "--", name]);
      await harmless(place, friendly, ["erase", ...store, `--user=${name}`]);
      await harmless(place, friendly, ["history", ...store, `--cursor=${name}`]);
      await harmless(place, friendly, ["train", "manifest", ...store, `--dataset-name=${name}`]);
    }
    console.log(`${names.length} names`);
  }, 600_000);

  it("would see a store without its check and a reader that fetches", async () => {
    const place = await hostilePlace();
    const names = hostileReferences(place).filter(
      (name) => !name.includes("\0") && name.length < 1000 && !/zero|fd\/0/.test(name),
    );
    const { calls } = await watched(place, [trusting, place.inside, ...names]);
    const outside = pathsOutside(calls, await friendlyRun(() => ["limits"]), [place.inside]);
    expect(outside).toContain("/etc/passwd");
    expect(outside).toContain(join(place.outside, "canary.txt"));
    expect(outside.length).toBeGreaterThan(10);
    expect(calls.connections.length).toBeGreaterThan(5);
    expect(place.asked.length).toBeGreaterThan(5);
  }, 600_000);
});
