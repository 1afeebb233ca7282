import { existsSync } from "node:fs";
import { join } from "node:path";

/** Whether a folder is of `artguard serve`: its images are encrypted, and its records governed. */
export function isInstallation(folder: string): boolean {
  return existsSync(join(folder, "governance.keys"));
}
