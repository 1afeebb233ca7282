import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { words } from "../../src/page/words/words.ts";
import { halfDetector } from "../http-place.ts";
import { analyse, example, executablePath, openPage, photograph, small, useBrowser } from "./page-place.ts";

/** How opaque the heat map is at a share of its width, in the middle of its height. */
async function opacityAt(page: Page, share: number): Promise<number> {
  return page.locator("canvas").evaluate((element, share) => {
    const canvas = element as unknown as {
      width: number;
      height: number;
      getContext(kind: "2d"): { getImageData(...area: number[]): { data: number[] } };
    };
    const [x, y] = [Math.floor(share * canvas.width), Math.floor(canvas.height / 2)];
    return canvas.getContext("2d").getImageData(x, y, 1, 1).data[3] ?? 0;
  }, share);
}

describe("the words of the page", () => {
  it("are the same in every language", () => {
    const names = (part: object, prefix = ""): string[] =>
      Object.entries(part).flatMap(([name, value]) =>
        typeof value === "object" ? names(value, `${prefix}${name}.`) : [`${prefix}${name}`],
      );
    expect(names(words.es).sort()).toEqual(names(words.en).sort());
  });
});

describe.skipIf(!executablePath)("the page in a browser", () => {
  const browser = useBrowser();

  it("takes a picture to its verdict, its heat map and its report, and asks nobody else", async () => {
    const { page, elsewhere, errors } = await openPage(browser());
    await analyse(page, example);
    await page.locator("#result:focus").waitFor();
    expect(Object.values(words.en.verdicts)).toContain(await page.locator(".verdict").textContent());
    expect(await page.getByText(/Forgery score \d+ of 100, between/).count()).toBe(1);
    for (const title of ["Explanation", "Findings", "Against it", "Where the file says that it comes from"])
      expect(await page.getByRole("heading", { name: title }).count()).toBe(1);
    // The detector marks the left half.
    expect(await opacityAt(page, 0.25)).toBeGreaterThan(await opacityAt(page, 0.75));
    await photograph(page, "verdict");
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the report" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^artguard-.*-report\.html$/);
    const text = readFileSync(await download.path(), "utf8");
    const kept = `${await download.path()}.html`;
    writeFileSync(kept, text);
    const report = await browser().newPage();
    await report.goto(pathToFileURL(kept).href);
    expect(await report.locator("h1").textContent()).toBe("untouched.jpg");
    const shown = report.getByRole("img", { name: "The picture untouched.jpg" });
    expect(await shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(1024);
    await report.getByLabel("no map").check();
    expect(await report.locator(".overlay:visible").count()).toBe(0);
    await photograph(report, "report");
    await report.close();
    expect([elsewhere(), errors]).toEqual([[], []]);
  });

  it("gives the data of an analysis as JSON", async () => {
    const { page } = await openPage(browser());
    await analyse(page);
    await page.locator(".verdict").waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the data" }).click();
    const data = JSON.parse(readFileSync(await (await coming).path(), "utf8"));
    expect(data).toMatchObject({ status: "COMPLETED", filename: "portrait.png" });
  });

  it("fades the heat map by keyboard, and says how far", async () => {
    const { page } = await openPage(browser());
    await analyse(page);
    await page.locator(".verdict").waitFor();
    const fader = page.getByLabel("Strength of the heat map");
    await fader.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
    expect(await fader.getAttribute("aria-valuetext")).toBe("67 percent");
    const opacity = () =>
      page
        .locator("canvas")
        .evaluate((canvas) => Number((canvas as unknown as { style: { opacity: string } }).style.opacity));
    expect(await opacity()).toBeCloseTo(0.67);
    await page.keyboard.press("Home");
    expect(await opacity()).toBe(0);
  });

  it("shows what happens while it happens", async () => {
    const gate = Promise.withResolvers<void>();
    const { page } = await openPage(browser(), { place: { detectors: [halfDetector(gate.promise)] } });
    await analyse(page);
    await page.getByText("Detector at work: half").waitFor();
    expect(await page.locator("#analyse").isDisabled()).toBe(true);
    await photograph(page, "progress");
    gate.resolve();
    await page.locator(".verdict").waitFor();
    await expect.poll(() => page.locator("#analyse").isDisabled()).toBe(false);
  });

  it("opens analyses of before, reads older ones on demand, and deletes", async () => {
    const { page, storeAnalysis, requests } = await openPage(browser());
    for (let i = 0; i < 21; i++) await storeAnalysis(`old-${i}`, "ada");
    await analyse(page);
    await page.locator(".verdict").waitFor();
    const lines = page.locator("#history li");
    await expect.poll(() => lines.count()).toBe(20);
    await page.getByRole("button", { name: "Older ones" }).click();
    await expect.poll(() => lines.count()).toBe(22);
    expect(await page.getByRole("button", { name: "Older ones" }).count()).toBe(0);
    await page.reload();
    await expect.poll(() => lines.count()).toBe(20);
    expect(await page.locator(".verdict").count()).toBe(0);
    await page.getByRole("button", { name: "Show portrait.png" }).click();
    await page.locator("#result:focus").waitFor();
    // The heat map is there, and the picture is not: nobody kept it.
    expect([await page.locator("canvas").count(), await page.locator(".picture img").count()]).toEqual([1, 0]);
    await page.getByRole("button", { name: "Delete portrait.png" }).click();
    await page.getByText("The analysis was deleted.").waitFor();
    expect(await page.locator("#result").isVisible()).toBe(false);
    expect(await page.getByRole("button", { name: "Show portrait.png" }).count()).toBe(0);
    expect(requests.filter((url) => url.includes("cursor=")).length).toBeGreaterThan(0);
  });

  it("takes a picture that is dropped on it", async () => {
    const { page } = await openPage(browser());
    await page.getByLabel("API key").fill("ada");
    const bytes = [...small.buffer];
    const data = await page.evaluateHandle((bytes) => {
      const { DataTransfer, File } = globalThis as unknown as {
        DataTransfer: new () => { items: { add(file: unknown): void } };
        File: typeof globalThis.File;
      };
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
      return transfer;
    }, bytes);
    await page.dispatchEvent("#drop", "drop", { dataTransfer: data });
    await page.getByRole("button", { name: "Analyse" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Show dropped.png" }).count()).toBe(1);
  });
});
