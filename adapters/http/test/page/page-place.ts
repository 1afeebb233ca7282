import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { Hono } from "hono";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { chromiumPath } from "../../../cli/test/report/chromium.ts";
import { startServer } from "../../src/serve/start-server.ts";
import { httpPlace, picture } from "../http-place.ts";

/** Path of the browser; undefined, with the reason printed, where there is none. */
export const executablePath = chromiumPath();

const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 60_000, drainMs: 500 };

/** A picture that is soon judged. */
export const small = { name: "portrait.png", mimeType: "image/png", buffer: Buffer.from(picture) };
/** A picture from a camera. */
export const example = {
  name: "untouched.jpg",
  mimeType: "image/jpeg",
  buffer: readFileSync(fileURLToPath(new URL("../../../../examples/images/untouched.jpg", import.meta.url))),
};

/** Text that would run if a page forgot to escape it. */
export const hostile = `<img src=x onerror="document.title='owned'">`;

/** A browser for the tests of a suite; ended after it. */
export function useBrowser(): () => Browser {
  let browser: Browser;
  const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", ...quiet] });
  });
  afterAll(() => browser?.close());
  return () => browser;
}

/** Options of {@link openPage}. */
export interface PageOptions {
  readonly place?: Parameters<typeof httpPlace>[0];
  readonly view?: Parameters<Browser["newPage"]>[0];
  /** What answers before the app does. */
  readonly before?: (host: Hono) => void;
}

/** The page, open in a browser, with the server behind it and what went wrong in it. */
export async function openPage(browser: Browser, { place: options = {}, view = {}, before }: PageOptions = {}) {
  const place = await httpPlace(options);
  const host = new Hono();
  before?.(host);
  host.all("*", (c) => place.app.fetch(c.req.raw, c.env));
  const server = await startServer(host, settings);
  onTestFinished(() => server.stop());
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, locale: "en-GB", ...view });
  onTestFinished(() => page.close());
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on("request", (request) => void requests.push(request.url()));
  page.on("pageerror", (error) => void errors.push(error.message));
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto(server.url);
  const elsewhere = () => requests.filter((url) => !url.startsWith(server.url) && !/^(blob|data):/.test(url));
  return { ...place, server, page, requests, elsewhere, errors };
}

/** Enters a key and sends a picture, in English. */
export async function analyse(page: Page, chosen = small, key = "ada"): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByLabel(/^Picture/).setInputFiles(chosen);
  await page.getByRole("button", { name: "Analyse" }).click();
}

/** Serious and critical problems that axe finds, each with the element. */
export async function seriousProblems(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes[0]?.html]);
}

const screenshots = process.env["ARTGUARD_SCREENSHOTS"] ?? mkdtempSync(join(tmpdir(), "artguard-pages-"));

/** Writes what is seen to the folder that `ARTGUARD_SCREENSHOTS` names, else to a temporary one. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
