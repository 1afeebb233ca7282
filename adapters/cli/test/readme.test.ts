import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const root = new URL("../../../", import.meta.url);
const example = new URL("examples/analyze-one-image/", root);

it("shows in the README the program of examples/analyze-one-image, and the program runs", async () => {
  const [, program] = /```ts\n(.*?)```/s.exec(readFileSync(new URL("README.md", root), "utf8"))!;
  expect(program).toBe(readFileSync(new URL("main.ts", example), "utf8"));
  onTestFinished(() => rmSync(new URL(".artguard", example), { recursive: true, force: true }));
  const tsx = createRequire(new URL("package.json", example)).resolve("tsx/cli");
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, "--conditions=artguard-source", "main.ts"], {
    cwd: fileURLToPath(example),
  });
  expect(stdout).toMatch(/^LIKELY_FORGED 9\d/);
});
