import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Programs that run JavaScript, from the npm registry as it has them for this system. */
const packages = {
  bun: { name: "@oven/bun-linux-x64", version: "1.4.5", program: "bin/bun" },
  deno: { name: "@deno/linux-x64-glibc", version: "2.9.6", program: "deno" },
} as const;

const cache = fileURLToPath(new URL("../../../../.tools/hosts/", import.meta.url));

/**
 * The program of a host, fetched when this checkout has none; undefined where it cannot be had, with the reason printed.
 *
 * @throws Error when `CI=true` and it cannot be had: there the tests must run.
 */
export function findHost(host: keyof typeof packages): string | undefined {
  const { name, version, program } = packages[host];
  const path = join(cache, "node_modules", name, program);
  try {
    if (process.platform !== "linux" || process.arch !== "x64") throw new Error(`none is pinned for this system`);
    if (!existsSync(path)) install(`${name}@${version}`);
    return path;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.log(`${host} is not tried: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    return undefined;
  }
}

function install(specifier: string): void {
  mkdirSync(cache, { recursive: true });
  if (!existsSync(join(cache, "package.json"))) writeFileSync(join(cache, "package.json"), '{"private":true}');
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...options, specifier], { cwd: cache, timeout: 300_000, stdio: "pipe" });
}
