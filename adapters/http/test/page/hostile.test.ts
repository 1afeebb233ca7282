import { readFileSync } from "node:fs";
import { evidencePage } from "@artguard/core/report";
import type { Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { judgedAnalysis } from "../../../../packages/core/test/report/judged-analysis.ts";
import { words } from "../../src/page/words/words.ts";
import { analyse, executablePath, hostile, openPage, photograph, small, useBrowser } from "./page-place.ts";

/** Elements that text from outside has become, and whether its script ran. */
async function damageOf(page: Page): Promise<{ elements: number; ran: boolean }> {
  const elements = await page.locator('img[src="x"], [onerror]').evaluateAll(async (images) => {
    // A picture that is not there says so, once.
    const pending = images as unknown as { complete: boolean }[];
    while (pending.some(({ complete }) => !complete)) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return images.length;
  });
  return { elements, ran: (await page.title()) === "owned" };
}

const unharmed = { elements: 0, ran: false };

describe.skipIf(!executablePath)("text from a forger, wherever it can stand,", () => {
  const browser = useBrowser();

  const pageIn = (language: "en" | "es") =>
    evidencePage({ name: hostile, analysis: judgedAnalysis(hostile), overlays: [], language, index: "index.html" });

  async function show(text: string): Promise<Page> {
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.setContent(text);
    return page;
  }

  it("is text on an evidence page", async () => {
    for (const language of ["en", "es"] as const) {
      const page = await show(pageIn(language));
      expect(await damageOf(page)).toEqual(unharmed);
      expect(await page.getByText("<img src=x").count()).toBeGreaterThan(5);
    }
  });

  it("would be found on one that does not escape, and even there its policy keeps the script from running", async () => {
    const careless = pageIn("en").replaceAll("&lt;img", "<img").replaceAll("&quot;", '"').replaceAll("&gt;", ">");
    expect(await damageOf(await show(careless))).toEqual({ elements: expect.any(Number), ran: false });
    expect((await damageOf(await show(careless))).elements).toBeGreaterThan(5);
    const unguarded = careless.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "").replaceAll("&#39;", "'");
    expect((await damageOf(await show(unguarded))).ran).toBe(true);
  });

  it("is text on the page at /, in the verdict and in the history", async () => {
    const analysis = judgedAnalysis(hostile);
    const dispute = { status: "open", reason: hostile, created_at: analysis.created_at };
    const review = { note: hostile, created_at: analysis.created_at };
    const record = { ...analysis, explanation: undefined, dispute, review };
    const { page, errors } = await openPage(browser(), {
      before: (host) => {
        host.get("/v1/analyses", (c) => c.json({ items: [record] }));
        host.get("/v1/analyses/:id", (c) => c.json(record));
      },
    });
    await page.getByLabel("API key").fill("ada");
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("button", { name: /^Show <img/ }).click();
    await page.locator("#result:focus").waitFor();
    for (const language of ["es", "en"] as const) {
      await page.locator("#language").selectOption(language);
      await page.getByText(words[language].verdicts.LIKELY_FORGED).first().waitFor();
      expect(await damageOf(page)).toEqual(unharmed);
    }
    expect(await page.locator("#verdict").getByText("<img src=x").count()).toBeGreaterThan(5);
    expect(errors).toEqual([]);
    await photograph(page, "hostile");
  });

  it("would be found on a page that put it in as markup", async () => {
    const { page } = await openPage(browser());
    await page.locator("#verdict").evaluate((element, text) => {
      (element as unknown as { innerHTML: string }).innerHTML = text;
    }, hostile);
    // Its script does not run: the policy of the page lets only its own files.
    expect(await damageOf(page)).toEqual({ elements: 1, ran: false });
  });

  it("does not run in a report that is downloaded with the picture put in", async () => {
    const { page } = await openPage(browser(), {
      before: (host) => host.get("/v1/analyses/:id/evidence.html", (c) => c.html(pageIn("en"))),
    });
    await analyse(page, { ...small, name: `${hostile}.png` });
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the report" }).click();
    const kept = await show(readFileSync(await (await coming).path(), "utf8"));
    expect(await damageOf(kept)).toEqual(unharmed);
    expect(await kept.getByRole("img", { name: /^The picture <img src=x/ }).count()).toBe(1);
  });
});
