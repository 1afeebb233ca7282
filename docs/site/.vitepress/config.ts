import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";

// scripts/docs-site.ts lays out the pages and says where.
const srcDir = process.env["ARTGUARD_DOCS_PAGES"] ?? "pages";
const pages = join(import.meta.dirname, "..", srcDir);
const version = process.env["ARTGUARD_DOCS_VERSION"] ?? "0.0.0";

const guide = page(
  "README",
  "docs/architecture",
  "docs/detection",
  "docs/explanations",
  "docs/errors",
  "docs/configuration",
);
const running = page("docs/cli", "docs/http", "docs/worker", "docs/lambda", "examples/README");
const storing = page(
  "docs/records",
  "docs/storage",
  "docs/storage-objects",
  "docs/privacy",
  "docs/users-and-quotas",
  "docs/training",
);
const models = page("docs/cloud-models", "docs/bedrock", "docs/modal", "docs/knowledge");
const rules = page(
  "docs/governance",
  "docs/identity",
  "docs/access",
  "docs/geography",
  "docs/usage",
  "docs/approvals",
  "docs/keys",
  "docs/evidence",
  "docs/audit",
);
const named = new Set([guide, running, storing, models, rules].flat().map(({ link }) => link));

export default defineConfig({
  title: "ArtGuard",
  description: "Forgery detection as a library",
  lang: "en",
  srcDir,
  outDir: `dist/${version}`,
  base: `${process.env["ARTGUARD_DOCS_BASE"] ?? "/"}${version}/`,
  cacheDir: "node_modules/.vitepress",
  cleanUrls: false,
  metaChunk: true,
  ignoreDeadLinks: false,
  // Pages are plain Markdown: `{{ }}` and tags in them mean themselves.
  markdown: {
    html: false,
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      markdown.renderer.rules["text"] = textAsItIs;
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4096 }, logLevel: "warn" },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/" },
      { text: "API", link: "/docs/api/" },
      { text: "Errors", link: "/docs/errors" },
    ],
    outline: [2, 3],
    sidebar: {
      "/docs/api/": [{ text: "API", items: api() }],
      "/": [
        { text: "ArtGuard", items: guide },
        { text: "Running it", items: running },
        { text: "Records and images", items: storing },
        { text: "Models elsewhere", items: models },
        { text: "Who may do what", items: rules },
        { text: "Detectors", items: below("docs/detection/") },
        { text: "Decisions", items: below("docs/decisions/") },
        { text: "More", items: rest() },
      ],
    },
  },
});

function textAsItIs(tokens: { content: string }[], index: number): string {
  const escaped = (tokens[index]?.content ?? "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return escaped.replaceAll("{{", "<span v-pre>{{</span>");
}

function all(): string[] {
  return JSON.parse(readFileSync(join(pages, "pages.json"), "utf8"));
}

/** Sidebar entries titled by their first heading. */
function page(...paths: string[]): (DefaultTheme.SidebarItem & { link: string })[] {
  return paths.flatMap((path) => {
    const file = path.replace(/README$/, "index");
    if (!existsSync(join(pages, `${file}.md`))) return [];
    const [, title = path] = /^# (.+)$/m.exec(readFileSync(join(pages, `${file}.md`), "utf8")) ?? [];
    return [{ text: title.replaceAll(/[`\\]/g, ""), link: `/${file.replace(/(^|\/)index$/, "$1")}` }];
  });
}

function below(folder: string) {
  return page(...all().filter((path) => path.startsWith(folder)));
}

function rest() {
  const grouped = /^(docs\/(api|detection|decisions)|source)\//;
  return page(...all().filter((path) => !grouped.test(path))).filter(({ link }) => !named.has(link));
}

/** The entry points of the packages. */
function api(): DefaultTheme.SidebarItem[] {
  const modules: { name: string; path: string }[] = JSON.parse(readFileSync(join(pages, "modules.json"), "utf8"));
  return modules.map(({ name, path }) => ({ text: name, link: `/${path}` }));
}
