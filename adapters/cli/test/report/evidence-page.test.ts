import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { developmentData } from "@artguard/development-data";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../run-cli.ts";
import { chromiumPath } from "./chromium.ts";

const examples = fileURLToPath(new URL("../../../../examples/images/", import.meta.url));
const executablePath = chromiumPath();
const data = developmentData();
/** An image with a C2PA manifest and an ingredient. */
const manifestFile = data && join(data.folder, "provenance/c2pa-rs/CA.jpg");
/** A name that would run if a page forgot to escape it. */
const hostileName = `<img src=x onerror="document.title='owned'">.jpg`;

describe.skipIf(!executablePath)("the evidence pages in a browser", () => {
  let folder: string;
  let browser: Browser;
  const requests: string[] = [];
  const consoleErrors: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "artguard-report-"));
    const hostile = join(folder, hostileName);
    copyFileSync(join(examples, "untouched.jpg"), hostile);
    const broken = join(folder, "broken.png");
    writeFileSync(broken, "no image");
    const images = ["spliced.jpg", "generated.png"].map((name) => join(examples, name));
    const run = await runCli([
      "scan",
      "--report",
      join(folder, "report"),
      ...images,
      hostile,
      broken,
      ...(manifestFile ? [manifestFile] : []),
    ]);
    expect(run.status).toBe(1);
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, ...options });
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => message.type() === "error" && consoleErrors.push(message.text()));
    await page.goto(pathToFileURL(join(folder, "report", name)).href);
    return page;
  }

  /** Share of red pixels in the middle of the forged disc and in an untouched corner. */
  async function redness(page: Page): Promise<{ inside: number; outside: number }> {
    const picture = page.locator(".picture");
    const { width, height } = (await picture.boundingBox())!;
    const shot = await picture.screenshot();
    const red = async (x: number, y: number) => {
      const area = { left: Math.round(x * width), top: Math.round(y * height), width: 20, height: 20 };
      // Statistics are taken of the input: the crop must become one first.
      const { channels } = await sharp(await sharp(shot).extract(area).toBuffer()).stats();
      return channels[0]!.mean - channels[1]!.mean;
    };
    return { inside: await red(725 / 1024, 235 / 768), outside: await red(0.05, 0.85) };
  }

  it("lays the heat map over the forged place, and the map can be faded and taken away", async () => {
    const page = await open("spliced.html");
    const drawn = await redness(page);
    expect(drawn.inside).toBeGreaterThan(60);
    expect(drawn.outside).toBeLessThan(20);
    await page.getByLabel("Strength").fill("15");
    const faded = await redness(page);
    expect(faded.inside).toBeLessThan(drawn.inside / 2);
    await page.getByLabel("no map").check();
    expect((await redness(page)).inside).toBeLessThan(faded.inside);
    await page.close();
  });

  it("shows the map of one detector at a time", async () => {
    const page = await open("spliced.html");
    await page.getByLabel("double-quantization", { exact: true }).check();
    const shown = await page
      .locator(".overlay:visible")
      .evaluateAll((maps) => maps.map((map) => map.getAttribute("data-overlay")));
    expect(shown).toEqual(["double-quantization"]);
    expect((await redness(page)).inside).toBeGreaterThan(60);
    await page.close();
  });

  it("can be worked by keyboard alone", async () => {
    const page = await open("spliced.html");
    const focused = () => page.locator(":focus").evaluate((element) => element.id || element.getAttribute("value"));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("all");
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator(".overlay:visible").count()).toBe(0);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("fade");
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#fade").inputValue()).toBe("69");
    await page.close();
  });

  it("outlines the forged place, and takes the outlines away on demand", async () => {
    const page = await open("spliced.html");
    expect(await page.locator(".regions").isVisible()).toBe(true);
    const corners = await page.locator(".regions polygon.over").getAttribute("points");
    expect(corners?.split(" ").length).toBeGreaterThanOrEqual(6);
    expect(await page.locator(".regions rect").count()).toBe(0);
    await page.getByLabel("outlines").uncheck();
    expect(await page.locator(".regions").isVisible()).toBe(false);
    await page.close();
  });

  it("says the verdict in words, the limitation of every finding, and the versions", async () => {
    const page = await open("spliced.html");
    await expect(page.getByText("Likely forged").first().isVisible()).resolves.toBe(true);
    const findings = page.locator(".findings li");
    expect(await findings.count()).toBeGreaterThan(0);
    for (const text of await findings.allTextContents()) expect(text).toMatch(/Limitation: \S/);
    expect(await findings.first().textContent()).toMatch(/What would overturn it: \S/);
    expect(await page.getByRole("heading", { name: "Against it" }).isVisible()).toBe(true);
    expect(await findings.filter({ hasText: "as common among untouched images" }).count()).toBeGreaterThan(0);
    expect(await page.locator("dl").textContent()).toMatch(/SHA-256\s*[0-9a-f]{64}/);
    await page.close();
  });

  it("explains the result in sentences that open to the evidence they rest on, also without its script", async () => {
    const page = await open("spliced.html", { javaScriptEnabled: false });
    const sentence = page.locator(".explanation details", { hasText: "For forgery: The image was saved before" });
    const evidence = sentence.getByText("double-quantization/single-quantized-region, weight +");
    expect(await evidence.isVisible()).toBe(false);
    await sentence.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await evidence.isVisible()).toBe(true);
    expect(await page.getByText("Written from the evidence by a template, in English.").count()).toBe(1);
    await page.close();
  });

  it("names the image generator under provenance", async () => {
    const page = await open("generated.html");
    expect(await page.getByRole("heading", { name: "Provenance" }).isVisible()).toBe(true);
    expect(await page.locator("dd", { hasText: "AUTOMATIC1111" }).count()).toBe(1);
    await page.close();
  });

  it.skipIf(!manifestFile)("draws manifests and their ingredients as a tree", async () => {
    const page = await open(basename(manifestFile!).replace(/\.jpg$/, ".html"));
    const tree = page.locator(".tree");
    expect(await tree.textContent()).toMatch(/signed by .*parentOf/s);
    expect(await tree.locator("ul > li").count()).toBeGreaterThan(0);
    await page.close();
  });

  it("lists all images in the index, links their pages and names the failed ones", async () => {
    const page = await open("index.html");
    const rows = page.locator("tbody tr");
    const contents = await rows.allTextContents();
    expect(contents).toHaveLength(manifestFile ? 5 : 4);
    // The two that are accused may stand in either order, and so may those that accuse nobody.
    const accused = contents.slice(0, 2).join();
    for (const name of ["generated.png", "spliced.jpg"]) expect(accused).toContain(name);
    const unsuspicious = contents.slice(2, -1).join();
    for (const name of ["onerror", ...(manifestFile ? [basename(manifestFile)] : [])])
      expect(unsuspicious).toContain(name);
    expect(contents.at(-1)).toContain("image.unsupported-format");
    await rows.filter({ hasText: "onerror" }).getByRole("link").click();
    await page.waitForURL(/onerror/);
    expect(await page.locator("h1").textContent()).toContain(hostileName);
    expect(await page.title()).toContain("No sign of manipulation");
    await page.close();
  });

  it.each(["light", "dark"] as const)("has no accessibility violation in %s", async (colorScheme) => {
    for (const name of ["spliced.html", "generated.html", "index.html"]) {
      const page = await open(name, { colorScheme, bypassCSP: true });
      for (const closed of await page.locator("summary").all()) await closed.click();
      await page.evaluate(axe.source);
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      });
      expect(violations).toEqual([]);
      await page.close();
    }
  });

  it("fits a narrow screen", async () => {
    const page = await open("spliced.html", { viewport: { width: 360, height: 700 } });
    const overflow = await page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.close();
  });

  it("loads nothing but itself and logs no error", () => {
    expect(requests.length).toBeGreaterThan(8);
    expect(requests.filter((url) => !url.startsWith("data:") && !url.startsWith("file:"))).toEqual([]);
    const pages = requests.filter((url) => url.startsWith("file:"));
    expect(pages.filter((url) => !url.endsWith(".html"))).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });
});
