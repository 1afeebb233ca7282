// Opens the built site in headless Chromium as a reader would, from a server of this machine: `npm run check:docs-site`, after
// `npm run docs:site`. Search, versions, accessibility, nothing asked of anybody else; and a dead link that must be found.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import axe from "axe-core";
import { chromium, type Page } from "playwright-core";
import { chromiumPath } from "../adapters/cli/test/report/chromium.ts";
import { layOutPages } from "./docs-site/lay-out-pages.ts";
import { serveFolder } from "./docs-site/serve-folder.ts";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "docs/site/dist");
const elsewhere = "9.9.9";
let checks = 0;

deadLinkIsFound();
const executablePath = chromiumPath();
if (executablePath) await inBrowser(executablePath);
console.log(`${checks} checks of the docs site passed`);

/** The same configuration on two pages, one of which links to nowhere. */
function deadLinkIsFound(): void {
  const seeded = join(root, "docs/site/pages-seeded");
  try {
    layOutPages(join(import.meta.dirname, "docs-site/seeded"), seeded);
    const env = { ...process.env, ARTGUARD_DOCS_PAGES: "pages-seeded", ARTGUARD_DOCS_VERSION: "seeded" };
    const build = spawnSync(join(root, "docs/site/node_modules/.bin/vitepress"), ["build", join(root, "docs/site")], {
      env,
    });
    const said = `${build.stdout}${build.stderr}`;
    assert.notEqual(build.status, 0, "a dead link went through");
    assert.match(said, /dead link .*nowhere/);
    pass("a dead link ends the build");
  } finally {
    for (const left of [seeded, join(dist, "seeded")]) rmSync(left, { recursive: true, force: true });
  }
}

async function inBrowser(executablePath: string): Promise<void> {
  const [version] = readdirSync(dist).filter((name) => existsSync(join(dist, name, "index.html")));
  assert.ok(version, "the site is not built");
  const server = await serveFolder(dist, {
    "/versions.json": JSON.stringify([elsewhere, version]),
    [`/${elsewhere}/`]: "<!doctype html><title>another version</title>",
  });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const [asked, errors] = [new Set<string>(), [] as string[]];
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("requestfailed", (request) => errors.push(request.url()));
    await read(page, `${server.url}/${version}/`);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      [...asked].filter((origin) => /^https?:/.test(origin)),
      [server.url],
    );
    pass("nothing is asked of anybody else");
  } finally {
    await browser.close();
    await server[Symbol.asyncDispose]();
  }
}

async function read(page: Page, home: string): Promise<void> {
  await page.goto(home);
  await page.getByRole("heading", { level: 1, name: "ArtGuard" }).waitFor();
  await accessible(page, "home");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await accessible(page, "home, dark");

  await page.getByRole("button", { name: "Search" }).first().click();
  await page.getByRole("searchbox").fill("createArtGuard");
  await page.getByRole("option").filter({ hasText: "createArtGuard()" }).first().click();
  await page.waitForURL(/docs\/api\/@artguard\/core\/functions\/createArtGuard\.html/);
  await page.getByRole("heading", { level: 1, name: /createArtGuard/ }).waitFor();
  pass("search finds an API name and leads to it");
  await accessible(page, "API reference");

  await page.goto(`${home}docs/http.html`);
  await accessible(page, "a page of the guide");
  await page.getByRole("link", { name: "examples/http-host" }).click();
  await page.getByRole("heading", { level: 1, name: "examples/http-host/main.ts" }).waitFor();
  pass("a link to source shows it");

  await page.getByRole("combobox", { name: "Version" }).selectOption(elsewhere);
  await page.waitForURL(new RegExp(`/${elsewhere}/$`));
  pass("another version can be chosen");
}

async function accessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    serious.map(({ id, nodes }) => `${what}: ${id} ${nodes.map(({ target }) => target)}`),
    [],
  );
  pass(`accessible: ${what}`);
}

function pass(what: string): void {
  checks++;
  console.log(`✓ ${what}`);
}
