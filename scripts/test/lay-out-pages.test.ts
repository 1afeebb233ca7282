import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { layOutPages } from "../docs-site/lay-out-pages.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function laidOut(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "artguard-pages-"));
  folders.push(root);
  for (const [path, text] of Object.entries({ "docs/api/README.md": "# API\n", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const folder = join(root, "laid-out");
  const pages = layOutPages(root, folder);
  return {
    pages,
    read: (path: string) => readFileSync(join(folder, path), "utf8"),
    has: (path: string) => existsSync(join(folder, path)),
  };
}

describe("pages of the docs site", () => {
  it("lie as in the repository, a README as the index of its folder", () => {
    const { read } = laidOut({
      "README.md": "[http](docs/http.md#routes) [examples](examples/)",
      "docs/http.md": "[up](../README.md)",
      "examples/README.md": "",
    });
    expect(read("index.md")).toBe("[http](./docs/http.md#routes) [examples](./examples/index.md)");
    expect(read("docs/http.md")).toBe("[up](../index.md)");
  });

  it("show the source that they link to", () => {
    const { read, pages } = laidOut({ "docs/http.md": "[host](../examples/main.ts)", "examples/main.ts": "start();" });
    expect(read("docs/http.md")).toBe("[host](../source/examples/main.ts.md)");
    expect(read("source/examples/main.ts.md")).toContain("start();");
    expect(pages).toContain("source/examples/main.ts");
  });

  it("have their pictures beside them", () => {
    const { read, has } = laidOut({ "README.md": "![page](docs/images/page.png)", "docs/images/page.png": "png" });
    expect(read("index.md")).toBe("![page](./docs/images/page.png)");
    expect(has("docs/images/page.png")).toBe(true);
  });

  it("keep fenced code, addresses and dead links as they are", () => {
    const text = "```md\n[a](README.md)\n```\n[b](https://example.org/README.md) [c](nowhere.md) [d](#here)";
    expect(laidOut({ "README.md": text }).read("index.md")).toBe(text);
  });

  it("know the entry points of the API reference", () => {
    const { read } = laidOut({
      "docs/api/README.md":
        "- [@artguard/core](@artguard/core/README.md)\n- [@artguard/lambda/http](@artguard/lambda/http/README.md)\n",
    });
    expect(JSON.parse(read("modules.json"))).toEqual([
      { name: "@artguard/core", path: "docs/api/@artguard/core/" },
      { name: "@artguard/lambda/http", path: "docs/api/@artguard/lambda/http/" },
    ]);
  });
});
