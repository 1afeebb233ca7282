import { chmod, chown, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type FolderKnowledgeBase,
  type FolderKnowledgeBaseOptions,
  folderKnowledgeBase,
} from "@artguard/core/knowledge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { printedWithout } from "../printed-without.ts";
import { pdfOf } from "./pdf-of.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-documents-"));
});
afterEach(async () => {
  await chmod(join(folder, "closed"), 0o700).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const open = (options: Partial<FolderKnowledgeBaseOptions> = {}) =>
  folderKnowledgeBase({ folder, includeArticles: false, ...options });

async function refusedBy(knowledge: FolderKnowledgeBase): Promise<Record<string, string>> {
  const { refused } = await knowledge.documents();
  return Object.fromEntries(refused.map(({ source, reason }) => [source, reason]));
}

/** Does something without the rights of root, whom no mode of a folder stops. */
async function asOrdinaryUser(action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return await action();
  const nobody = 65534;
  await chown(folder, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}

describe("the documents of a folder", () => {
  it("are split at headings, and know their title and place", async () => {
    await write({ "guides/varnish.md": "# Varnish\n\nIntro.\n\n## Yellowing\n\nOld resin turns amber.\n" });
    const [found] = await open().search("resin amber");
    expect(found).toMatchObject({ source: "guides/varnish.md", title: "Varnish, Yellowing" });
    expect(found?.text).toBe("Old resin turns amber.");
  });

  it("have no headings in code", async () => {
    for (const [begin, end] of [
      ["```sh", "```"],
      ["````\n```", "````"],
      ["~~~\n```", "~~~~"],
    ]) {
      const text = `${begin}\n# resin amber\nrun\n${end}\n\nAfter.`;
      await write({ "a.md": `# Tool\n\n${text}\n\n# Next\n\nMore.\n` });
      const [found] = await open().search("resin");
      expect(found).toMatchObject({ title: "Tool", text });
    }
  });

  it("have headings without the marks that close them, and with those that belong to them", async () => {
    await write({ "a.md": "# On C#\n\n## Resin ##\n\nAmber.\n" });
    const [found] = await open().search("amber");
    expect(found?.title).toBe("On C#, Resin");
  });

  it("cannot hold up a search with one long line", { timeout: 60_000 }, async () => {
    // Steps that grow with the cube of its length would take minutes.
    const spaces = " ".repeat(6_000);
    await write({ "a.md": `# Resin${spaces}amber\n\nVarnish.\n\n## ${"word ".repeat(20_000)}\n\nYellow.\n` });
    const [found] = await open().search("varnish");
    expect(found?.title).toBe("Resin amber");
    const [other] = await open().search("yellow");
    expect(other?.title).toMatch(/^Resin amber, (word )+word?…$/);
    expect(other?.title?.length).toBeLessThan(420);
  });

  it("are cut into passages of at most 1200 characters, at sentences, and lose nothing", async () => {
    const sentences = Array.from({ length: 200 }, (_, i) => `Sentence number ${i} speaks of craquelure.`);
    await write({ "long.txt": sentences.join(" ") });
    const found = await open().search("craquelure", { limit: 100 });
    expect(found.length).toBeGreaterThan(6);
    for (const { text } of found) expect(text).toMatch(/^Sentence .{0,1190}\.$/s);
    expect(new Set(found.flatMap(({ text }) => text.match(/number \d+/g) ?? [])).size).toBe(200);
  });

  it("are in the language that their front matter or their folder says", async () => {
    await write({
      "one.md": '---\ntitle: "Barnices"\nlanguage: es\n---\n\nPigmento azul.\n',
      "es/two.txt": "Pigmento azul.",
      "en/three.txt": "Pigmento azul.",
      "four.txt": "Pigmento azul.",
    });
    const knowledge = open();
    const { documents } = await knowledge.documents();
    expect(documents.map(({ source, language }) => [source, language])).toEqual([
      ["four.txt", undefined],
      ["one.md", "es"],
      ["en/three.txt", "en"],
      ["es/two.txt", "es"],
    ]);
    const found = await knowledge.search("pigmento", { language: "en" });
    expect(
      found
        .map(({ source }) => source)
        .slice(0, 2)
        .sort(),
    ).toEqual(["en/three.txt", "four.txt"]);
    expect(found.find(({ source }) => source === "one.md")?.title).toBe("Barnices");
  });

  it("may be PDFs, whose passages name their page", async () => {
    await write({ "report.pdf": pdfOf(["The frame was gilded.", "The canvas was relined in wax."]) });
    const [found] = await open().search("relined canvas");
    expect(found).toMatchObject({
      source: "report.pdf",
      title: "report.pdf, p. 2",
      text: "The canvas was relined in wax.",
    });
  });

  it("stand beside the shipped articles", async () => {
    await write({ "house.txt": "Our house style of cloned skies." });
    const sources = (await open({ includeArticles: true }).search("cloned skies")).map(({ source }) => source);
    expect(sources).toContain("house.txt");
    expect(sources.some((source) => source.startsWith("artguard:"))).toBe(true);
  });

  it("need no folder yet", async () => {
    const knowledge = folderKnowledgeBase({ folder: join(folder, "none") });
    expect((await knowledge.search("copy-move"))[0]?.source).toBe("artguard:copy-move");
    expect(await knowledge.documents()).toEqual({ documents: [], refused: [] });
  });
});

describe("a change in the folder", () => {
  it("is seen by the next search: new, changed, renamed and deleted files", async () => {
    await write({ "a.txt": "lapis lazuli" });
    const knowledge = open();
    const sources = async (query: string) => (await knowledge.search(query)).map(({ source }) => source);
    expect(await sources("lapis")).toEqual(["a.txt"]);
    await write({ "b.txt": "lapis again" });
    expect((await sources("lapis")).sort()).toEqual(["a.txt", "b.txt"]);
    await write({ "a.txt": "azure" });
    expect(await sources("lapis")).toEqual(["b.txt"]);
    await rename(join(folder, "b.txt"), join(folder, "c.txt"));
    expect(await sources("lapis")).toEqual(["c.txt"]);
    await rm(join(folder, "c.txt"));
    expect(await sources("lapis")).toEqual([]);
  });

  it("is seen although size and time stay the same", async () => {
    await write({ "a.txt": "lapis" });
    const then = new Date("2020-01-01");
    await utimes(join(folder, "a.txt"), then, then);
    const knowledge = open();
    expect(await knowledge.search("lapis")).toHaveLength(1);
    await write({ "a.txt": "ochre" });
    await utimes(join(folder, "a.txt"), then, then);
    expect(await knowledge.search("lapis")).toEqual([]);
    expect(await knowledge.search("ochre")).toHaveLength(1);
  });

  it("is seen by a search that began after it, even while an earlier one is still looking", async () => {
    await write(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.txt`, `ochre ${i}`])));
    const knowledge = open();
    const early = knowledge.search("lapis");
    await write({ "0.txt": "lapis" });
    expect((await knowledge.search("lapis")).map(({ source }) => source)).toEqual(["0.txt"]);
    await early;
  });
});

describe("what cannot be cited", () => {
  it("is named with the reason, and the rest is searched all the same", async () => {
    await write({
      "good.txt": "vermilion",
      "table.xlsx": "vermilion",
      "latin1.txt": Uint8Array.of(0x76, 0xe9, 0x72),
      "empty.md": "\n\n",
      "broken.pdf": "%PDF-1.4 this is none",
      "scan.pdf": pdfOf([""]),
      "big.txt": "vermilion ".repeat(200),
      ".hidden.txt": "vermilion",
    });
    const knowledge = open({ limits: { maxFileBytes: 1500 } });
    expect((await knowledge.search("vermilion")).map(({ source }) => source)).toEqual(["good.txt"]);
    expect(await refusedBy(knowledge)).toEqual({
      "table.xlsx": "It is not Markdown (.md), text (.txt) or PDF.",
      "latin1.txt": expect.stringMatching(/^It cannot be read: .*not valid/),
      "empty.md": expect.stringContaining("no text"),
      "broken.pdf": expect.stringMatching(/^It cannot be read: Invalid PDF/),
      "scan.pdf": expect.stringContaining("no text"),
      "big.txt": "It has more than 1500 bytes.",
    });
  });

  it("are links, wherever they lead", async () => {
    const outside = await mkdtemp(join(tmpdir(), "artguard-outside-"));
    await writeFile(join(outside, "secret.txt"), "vermilion secret");
    await write({ "good.txt": "vermilion" });
    await symlink(join(outside, "secret.txt"), join(folder, "file.txt"));
    await symlink(outside, join(folder, "all"));
    await symlink(join(folder, "good.txt"), join(folder, "inside.txt"));
    const knowledge = open();
    expect((await knowledge.search("vermilion")).map(({ source }) => source)).toEqual(["good.txt"]);
    const link = "It is a link; links are not followed.";
    expect(await refusedBy(knowledge)).toEqual({ all: link, "file.txt": link, "inside.txt": link });
    await rm(outside, { recursive: true });
  });

  it("is what exceeds the limits of files and passages", async () => {
    await write({ "a.txt": "sienna ".repeat(400), "b.txt": "sienna", "c.txt": "sienna" });
    expect(await refusedBy(open({ limits: { maxFiles: 2 } }))).toEqual({
      "c.txt": expect.stringContaining("than 2 files"),
    });
    const few = open({ limits: { maxPassages: 2 } });
    expect(await refusedBy(few)).toEqual({ "a.txt": expect.stringContaining("than 2 passages") });
    expect(await few.search("sienna")).toHaveLength(2);
  });

  it("is a folder inside that may not be opened", async () => {
    await write({ "closed/a.txt": "umber", "b.txt": "umber" });
    await chmod(join(folder, "closed"), 0);
    const knowledge = open();
    await asOrdinaryUser(async () => {
      expect(await knowledge.search("umber")).toHaveLength(1);
      expect(await refusedBy(knowledge)).toEqual({ closed: expect.stringContaining("EACCES") });
    });
  });

  it("is a file in place of the folder: a typed error, and no error any more once it is a folder", async () => {
    await write({ knowledge: "umber" });
    const knowledge = folderKnowledgeBase({ folder: join(folder, "knowledge") });
    await expect(knowledge.search("umber")).rejects.toMatchObject({ code: "knowledge.unreadable" });
    await rm(join(folder, "knowledge"));
    await write({ "knowledge/a.txt": "umber" });
    expect((await knowledge.search("umber"))[0]?.source).toBe("a.txt");
  });

  it("is a PDF where its reader is not installed", async () => {
    await write({ "report.pdf": pdfOf(["umber"]), "a.txt": "umber" });
    const program = `
      const { folderKnowledgeBase } = await import("@artguard/core/knowledge");
      console.log(JSON.stringify(await folderKnowledgeBase({ folder: ${JSON.stringify(folder)} }).documents()));
    `;
    expect(JSON.parse(printedWithout("unpdf", program))).toEqual({
      documents: [{ source: "a.txt", title: "a.txt", passages: 1 }],
      refused: [{ source: "report.pdf", reason: "PDF files need the package unpdf beside this one." }],
    });
  });
});
