import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AddedDocument, addDocuments, folderKnowledgeBase } from "@artguard/core/knowledge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pdfOf } from "./pdf-of.ts";

let given: string;
let folder: string;
beforeEach(async () => {
  given = await mkdtemp(join(tmpdir(), "artguard-given-"));
  folder = join(given, "store", "knowledge");
});
afterEach(() => rm(given, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(given, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function added(paths: readonly string[], options?: Parameters<typeof addDocuments>[2]): Promise<AddedDocument[]> {
  const rows: AddedDocument[] = [];
  for await (const row of addDocuments(folder, paths, options)) rows.push(row);
  return rows;
}

describe("adding documents", () => {
  it("copies them whole, in the folder of their language, ready to be found", async () => {
    const paths = [await file("a.md", "# Ochre\n\nEarth."), await file("b.pdf", pdfOf(["Umber"]))];
    expect(await added(paths, { language: "es" })).toEqual([
      { path: paths[0], status: "added", source: "es/a.md" },
      { path: paths[1], status: "added", source: "es/b.pdf" },
    ]);
    for (const path of paths)
      expect(await readFile(join(folder, "es", path.split("/").at(-1)!))).toEqual(await readFile(path));
    expect((await readdir(join(folder, "es"))).sort()).toEqual(["a.md", "b.pdf"]);
    const [found] = await folderKnowledgeBase({ folder, includeArticles: false }).search("umber");
    expect(found?.source).toBe("es/b.pdf");
  });

  it("tells what is there already from what replaces something", async () => {
    const path = await file("a.txt", "one");
    const statuses = async () => (await added([path])).map(({ status }) => status);
    expect(await statuses()).toEqual(["added"]);
    expect(await statuses()).toEqual(["present"]);
    await file("a.txt", "two");
    expect(await statuses()).toEqual(["replaced"]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("two");
  });

  it("refuses what no search could read, and goes on", async () => {
    const paths = [
      await file("picture.png", "x"),
      await file("latin1.txt", Uint8Array.of(0xe9)),
      await file("blank.md", " \n"),
      await file("broken.pdf", "%PDF-1.7"),
      await file("big.txt", "x".repeat(101)),
      await file(".hidden.txt", "x"),
      join(given, "none.txt"),
      given,
      await file("good.txt", "x"),
      await file("twice/good.txt", "y"),
    ];
    const rows = await added(paths, { limits: { maxFileBytes: 100 } });
    expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
      ["refused", "It is not Markdown (.md), text (.txt) or PDF."],
      ["refused", expect.stringContaining("not valid")],
      ["refused", expect.stringContaining("no text")],
      ["refused", expect.stringContaining("Invalid PDF")],
      ["refused", "It has more than 100 bytes."],
      ["refused", "Hidden files are not searched."],
      ["refused", expect.stringContaining("ENOENT")],
      ["refused", "It is no file."],
      ["added", undefined],
      ["refused", "Another file before it has the same name."],
    ]);
    expect(await readdir(folder)).toEqual(["good.txt"]);
  });

  it("puts a file in the place of a link, and writes nothing through it", async () => {
    const secret = await file("outside.txt", "keep");
    await mkdir(folder, { recursive: true });
    await symlink(secret, join(folder, "a.txt"));
    expect(await added([await file("a.txt", "new")])).toMatchObject([{ status: "replaced" }]);
    expect(await readFile(secret, "utf8")).toBe("keep");
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("new");
  });

  it("fails typed, with nothing left over, where the folder cannot be written", async () => {
    const path = await file("a.txt", "one");
    await file("store", "a file in the way");
    await expect(added([path])).rejects.toMatchObject({ code: "storage.write-failed" });
    await rm(join(given, "store"));
    await mkdir(join(folder, "a.txt"), { recursive: true });
    await expect(added([path])).rejects.toMatchObject({ code: expect.stringMatching(/^storage\./) });
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });
});
