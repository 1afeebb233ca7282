import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";

const shown = ["*.md", "docs/**/*.md", "examples/**/*.md", "packages/**/*.md", "adapters/**/*.md"];
const hidden = ["**/node_modules/**", "**/CHANGELOG.md", "docs/site/**"];
const pictures = new Set([".png", ".jpg", ".svg"]);
const link = /(!?\[[^\]]*\]\()([^)\s]+)(\))/g;

/**
 * Copies the Markdown of a repository into a folder for VitePress, as it lies, so that links among pages stay. `README.md`
 * becomes the index of its folder; a linked file that is no page becomes one that shows it.
 *
 * @returns paths of the pages, without extension.
 */
export function layOutPages(root: string, folder: string): string[] {
  rmSync(folder, { recursive: true, force: true });
  const sources = new Set<string>();
  const paths = globSync(shown, { cwd: root, exclude: hidden }).sort();
  for (const path of paths) {
    const text = outsideFences(readFileSync(join(root, path), "utf8"), (prose) =>
      rewrite(root, folder, path, prose, sources),
    );
    write(join(folder, indexed(path)), text);
  }
  for (const source of sources) write(join(folder, pageOf(source)), pageShowing(root, source));
  const pages = [...paths, ...[...sources].map(pageOf)].map((path) => path.replace(/\.md$/, ""));
  write(join(folder, "pages.json"), JSON.stringify(pages));
  write(join(folder, "modules.json"), JSON.stringify(modulesIn(root)));
  return pages;
}

function rewrite(root: string, folder: string, page: string, prose: string, sources: Set<string>): string {
  return prose.replaceAll(link, (whole, before: string, target: string, after: string) => {
    if (/^(?:[a-z]+:|#|\/)/.test(target)) return whole;
    const [path = "", fragment] = target.split("#");
    const file = posix.join(posix.dirname(page), decodeURI(path));
    if (!existsSync(join(root, file))) return whole; // VitePress says so.
    const to = placed(root, folder, file, sources);
    const address = posix.relative(posix.dirname(page), to) || "./";
    return `${before}${address.startsWith(".") ? address : `./${address}`}${fragment ? `#${fragment}` : ""}${after}`;
  });
}

/** Where a linked file is on the site. */
function placed(root: string, folder: string, file: string, sources: Set<string>): string {
  if (statSync(join(root, file)).isDirectory()) return placed(root, folder, posix.join(file, "README.md"), sources);
  if (pictures.has(extname(file))) {
    copy(join(root, file), join(folder, file));
    return file;
  }
  if (extname(file) === ".md") return indexed(file);
  sources.add(file);
  return pageOf(file);
}

function indexed(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.md");
}

function pageOf(source: string): string {
  return `source/${source}.md`;
}

function pageShowing(root: string, source: string): string {
  return `# ${source}\n\n\`\`\`\`${extname(source).slice(1)}\n${readFileSync(join(root, source), "utf8")}\n\`\`\`\`\n`;
}

/** The entry points of the API reference, by its own index. */
function modulesIn(root: string): { name: string; path: string }[] {
  const index = join(root, "docs/api/README.md");
  if (!existsSync(index)) throw new Error("docs/api is not there: run typedoc first");
  return [...readFileSync(index, "utf8").matchAll(/\[(@artguard[^\]]+)\]\(([^)]+)\)/g)].map(
    ([, name = "", target = ""]) => ({
      name: name.replaceAll("\\", ""),
      path: indexed(posix.join("docs/api", target)).replace(/(?:index)?\.md$/, ""),
    }),
  );
}

/** Changes prose and leaves fenced code alone. */
function outsideFences(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^ *```[\s\S]*?^ *```)/m)
    .map((part, i) => (i % 2 === 0 ? change(part) : part))
    .join("");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
