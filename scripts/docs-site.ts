// Builds the site of the documentation into docs/site/dist/<version>: `npm run docs:site`. Pages are the repository's Markdown
// as it lies here, and the API reference of typedoc. A link that leads nowhere is an error.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { layOutPages } from "./docs-site/lay-out-pages.ts";

const root = resolve(import.meta.dirname, "..");
const site = join(root, "docs/site");
const started = Date.now();

const { version }: { version: string } = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8"));
if (!process.argv.includes("--keep-api")) step("API reference", "typedoc", [], root);
step("site generator", "pnpm", ["install", "--ignore-workspace", "--frozen-lockfile", "--silent"], site);
const pages = layOutPages(root, join(site, "pages"));
say(`${pages.length} pages laid out`);
step("site", join(site, "node_modules/.bin/vitepress"), ["build", site], site, { ARTGUARD_DOCS_VERSION: version });
listVersions();
say(`docs/site/dist/${version}/ is built`);

/** The versions that lie here, newest first, for the selector and for whoever opens the folder. */
function listVersions(): void {
  const dist = join(site, "dist");
  const versions = readdirSync(dist, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  writeFileSync(join(dist, "versions.json"), JSON.stringify(versions));
  const links = versions.map((name) => `<li><a href="${name}/">${name}</a></li>`).join("");
  const head = `<meta charset="utf-8"><title>ArtGuard</title>`;
  writeFileSync(
    join(dist, "index.html"),
    `<!doctype html><html lang="en">${head}<h1>ArtGuard</h1><ul>${links}</ul></html>\n`,
  );
}

function step(what: string, command: string, args: string[], cwd: string, env: Record<string, string> = {}): void {
  const { status, error } = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
  if (status !== 0) {
    console.error(`${what} failed${error ? `: ${error.message}` : ""}`);
    process.exit(1);
  }
  say(what);
}

function say(what: string): void {
  console.log(`  ${what} (${Math.round((Date.now() - started) / 1000)} s)`);
}
