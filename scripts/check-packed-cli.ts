// Installs what would be published into an empty folder with plain npm on the oldest Node that is supported, and runs the
// command there: `npm run check:packed-cli`, after `pnpm build`. The registry gives what others publish, the tarballs what
// is ours.
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { packPackages } from "./pack-packages.ts";

const picture = fileURLToPath(new URL("../examples/images/spliced.jpg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "artguard-packed-"));
const oldestNode = "22.18.0";
/** Where that Node is installed; npm is a program for whichever Node comes first in the path. */
const nodePackage = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const nodeFolder = join(folder, "node", "node_modules", nodePackage, "bin");

/** Runs a program in the empty folder, where npm finds nothing of this workspace. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|ARTGUARD_)/i.test(name));
  const env = { ...Object.fromEntries(kept), PATH: [nodeFolder, process.env["PATH"]].join(delimiter) };
  const { stdout } = await promisify(execFile)(program, [...args], { cwd: folder, env });
  return stdout;
}

function assert(condition: boolean, what: string): void {
  if (!condition) throw new Error(`the packed command line: ${what}`);
}

try {
  const tarballs = await packPackages(join(folder, "tarballs"));
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  // What is ours comes from the tarballs, also where one of them asks for another.
  const manifest = { private: true, dependencies: { "@artguard/cli": files["@artguard/cli"] }, overrides: files };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  copyFileSync(picture, join(folder, "picture.jpg"));
  const quietly = ["--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", ...quietly, "--prefix", join(folder, "node"), `${nodePackage}@${oldestNode}`]);
  await run("npm", ["install", ...quietly]);
  const node = (await run("node", ["--version"])).trim();
  assert(node === `v${oldestNode}`, `it runs on ${node}`);
  const npx = (...args: string[]) => run("npx", ["--no-install", "@artguard/cli", ...args]);
  const [verdict] = (await npx("scan", "picture.jpg")).split("\n");
  assert(verdict?.startsWith("LIKELY_FORGED") === true, `scan said ${verdict}`);
  await npx("scan", "--save-images", "--report", "report", "picture.jpg");
  const { items } = JSON.parse(await npx("history", "--json")) as { items: { request_id: string }[] };
  assert(items.length === 1, `${items.length} analyses are kept`);
  await npx("report", items[0]?.request_id ?? "", "--to", "page.html");
  await npx("users", "create", "--email", "ada@museum.example", "--id", "ada");
  const key = (await npx("keys", "create", "--user", "ada", "--name", "test")).trim();
  assert(/^ag_/.test(key), "no key was printed");
  assert((await npx("audit", "verify")).endsWith("verified\n"), "the audit log is not verified");
  assert((await npx("help", "scan")).includes("Usage: artguard scan"), "there is no help");
  assert((await npx("work", "--once")).startsWith("listening"), "the worker does not listen");
  console.log(`installed from ${Object.keys(tarballs).length} tarballs with npm, Node ${node}: ${verdict}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
