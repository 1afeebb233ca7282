import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { englishIn } from "../../../../packages/core/test/vision/english-in.ts";
import { runCli } from "../run-cli.ts";
import { chromiumPath } from "./chromium.ts";

const image = fileURLToPath(new URL("../../../../examples/images/spliced.jpg", import.meta.url));
const executablePath = chromiumPath();

/** What is read on a page, without code, names of files, and media types. */
function textOf(page: string): string[] {
  const body = page.slice(page.indexOf("<body>")).replace(/<script>.*?<\/script>/gs, " ");
  const read = body.replace(/<td lang="en">.*?<\/td>|<code>.*?<\/code>/gs, " ").split(/<[^>]+>/);
  return read.map((text) => text.replace(/[\w-]*[/.][\w/.-]+\w/g, "").trim());
}

describe("a report with --language es", () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "artguard-report-es-"));
    const broken = join(folder, "rota.png");
    writeFileSync(broken, "no image");
    await runCli(["scan", "--language", "es", "--report", join(folder, "report"), image, broken]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(["spliced.html", "index.html"])("has no English in %s but messages of errors", (name) => {
    const page = readFileSync(join(folder, "report", name), "utf8");
    expect(page).toContain('<html lang="es">');
    expect(page).toContain("Probablemente falsificada");
    expect(englishIn({ sentences: textOf(page).map((text) => ({ text })) })).toEqual([]);
  });

  describe.skipIf(!executablePath)("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", "--disable-gpu"] });
    });
    afterAll(() => browser?.close());

    it.each(["light", "dark"] as const)("has no accessibility violation in %s", async (colorScheme) => {
      for (const name of ["spliced.html", "index.html"]) {
        const page = await browser.newPage({ colorScheme, bypassCSP: true });
        await page.goto(pathToFileURL(join(folder, "report", name)).href);
        for (const closed of await page.locator("summary").all()) await closed.click();
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
        await page.close();
      }
    });
  });
});
