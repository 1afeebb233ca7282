import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const candidates = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Path of a Chromium: `CHROMIUM`, or what is on the PATH. Undefined, with the reason printed, when there is none.
 *
 * @throws Error when `CI=true` and there is none.
 */
export function chromiumPath(): string | undefined {
  const set = process.env["CHROMIUM"];
  if (set && existsSync(set)) return set;
  for (const name of candidates) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      // Not this one.
    }
  }
  if (process.env["CI"] === "true") throw new Error("no Chromium found; set CHROMIUM to its path");
  process.stderr.write("SKIPPED evidence pages in a browser: no Chromium found\n");
  return undefined;
}
