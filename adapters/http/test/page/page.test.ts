import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath } from "../../../cli/test/report/chromium.ts";
import { words } from "../../src/page/words.ts";
import { startServer } from "../../src/serve/start-server.ts";
import { halfDetector, httpPlace, picture } from "../http-place.ts";

const executablePath = chromiumPath();
const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 60_000, drainMs: 500 };
const file = { name: "portrait.png", mimeType: "image/png", buffer: Buffer.from(picture) };
const example = readFileSync(fileURLToPath(new URL("../../../../examples/images/untouched.jpg", import.meta.url)));

describe("the words of the page", () => {
  it("are the same in every language", () => {
    const names = (part: object, prefix = ""): string[] =>
      Object.entries(part).flatMap(([name, value]) =>
        typeof value === "object" ? names(value, `${prefix}${name}.`) : [`${prefix}${name}`],
      );
    expect(names(words.es)).toEqual(names(words.en));
  });
});

describe.skipIf(!executablePath)("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-sync",
    ];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(() => browser?.close());

  async function opened(options: Parameters<typeof httpPlace>[0] = {}, view: Parameters<Browser["newPage"]>[0] = {}) {
    const place = await httpPlace(options);
    const server = await startServer(place.app, settings);
    onTestFinished(() => server.stop());
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, locale: "en-GB", ...view });
    onTestFinished(() => page.close());
    const [requests, errors]: [string[], string[]] = [[], []];
    page.on("request", (request) => void requests.push(request.url()));
    page.on("pageerror", (error) => void errors.push(error.message));
    await page.goto(server.url);
    const elsewhere = () => requests.filter((url) => !url.startsWith(server.url) && !/^(blob|data):/.test(url));
    return { ...place, server, page, elsewhere, errors };
  }

  async function analyse(page: Page, chosen = file) {
    await page.getByLabel("API key").fill("ada");
    await page.getByLabel(/Picture/).setInputFiles(chosen);
    await page.getByRole("button", { name: "Analyse" }).click();
  }

  const seriousProblems = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => [id, nodes[0]?.html]);
  };

  it("takes a picture to its verdict, with overlay, findings, report and history, and asks nobody else", async () => {
    const { page, elsewhere, errors } = await opened();
    await analyse(page, { name: "untouched.jpg", mimeType: "image/jpeg", buffer: example });
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict").textContent()).toMatch(/manipulation|Suspicious|forged/);
    expect(await page.getByText(/Forgery score \d+ of 100, between/).count()).toBe(1);
    await page.locator("#result:focus").waitFor();
    // The detector marks the left half.
    const marked = await page.locator("canvas").evaluate((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      const context = (
        canvas as unknown as { getContext(kind: "2d"): { getImageData(...area: number[]): { data: number[] } } }
      ).getContext("2d");
      const alpha = (x: number) => context.getImageData(Math.floor(x * width), Math.floor(height / 2), 1, 1).data[3];
      return [alpha(0.25), alpha(0.75)];
    });
    expect(marked[0]).toBeGreaterThan(marked[1]!);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /report/ }).click();
    const report = JSON.parse(readFileSync(await (await download).path(), "utf8"));
    expect(report).toMatchObject({ status: "COMPLETED", filename: "untouched.jpg" });
    expect(await page.getByRole("button", { name: "Show untouched.jpg" }).count()).toBe(1);
    await page.getByRole("button", { name: "Delete untouched.jpg" }).click();
    await page.getByText("There are no analyses yet.").waitFor();
    expect([elsewhere(), errors]).toEqual([[], []]);
  });

  it("shows what happens while it happens", async () => {
    const gate = Promise.withResolvers<void>();
    const { page } = await opened({ detectors: [halfDetector(gate.promise)] });
    await analyse(page);
    await page.getByText("Detector at work: half").waitFor();
    expect(await page.locator("#analyse").isDisabled()).toBe(true);
    gate.resolve();
    await page.locator(".verdict").waitFor();
    expect(await page.locator("#analyse").isDisabled()).toBe(false);
  });

  it("says what went wrong, and goes on", async () => {
    const { page, errors } = await opened();
    const status = page.getByRole("status");
    await page.getByRole("button", { name: "Analyse" }).click();
    expect(await status.textContent()).toBe("Choose a picture first.");
    await page.getByLabel(/Picture/).setInputFiles(file);
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.getByText("Enter an API key first.").waitFor();
    await page.getByLabel("API key").fill("forged");
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.getByText(/AUTHENTICATION_FAILED/).waitFor();
    const hostile = `<img src=x onerror="document.title='owned'">.png`;
    await analyse(page, { ...file, name: hostile, buffer: Buffer.from("no image") });
    await page.getByText(/^It failed: /).waitFor();
    await analyse(page, { ...file, name: hostile });
    await page.locator(".verdict").waitFor();
    expect(await page.title()).toBe(words.en.title);
    expect(errors).toEqual([]);
  });

  it("is there for everybody: keyboard, screen reader, dark and light, English and Spanish", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await opened({}, { colorScheme, locale: "es-ES" });
      expect(await seriousProblems(page)).toEqual([]);
      await page.getByLabel("Clave de API").focus();
      await page.keyboard.type("ada");
      await page.getByLabel(/^Imagen/).setInputFiles(file);
      await page.keyboard.press("Enter");
      await page.locator(".verdict").waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe("es");
      expect(Object.values(words.es.verdicts)).toContain(await page.locator(".verdict").textContent());
      expect(await seriousProblems(page)).toEqual([]);
      await page.getByLabel("Idioma").selectOption("en");
      await page.getByText(/Forgery score \d+ of 100, between/).waitFor();
      await page.getByLabel("Appearance").selectOption("light");
      expect(
        await page
          .locator("html")
          .evaluate((html) => (html as unknown as { style: { colorScheme: string } }).style.colorScheme),
      ).toBe("light");
    }
    const { page, server } = await opened();
    await page.goto(`${server.url}/docs`);
    expect(await seriousProblems(page)).toEqual([]);
  });
});
