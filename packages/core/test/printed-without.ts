import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a program in a fresh Node for which a package is not installed, and returns what it prints. */
export function printedWithout(packageName: string, program: string): string {
  const hidden = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== ${JSON.stringify(packageName)}) return next(specifier, context);
        throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
      },
    });
  `;
  const args = ["--conditions=artguard-source", "--input-type=module", "--eval", hidden + program];
  return execFileSync(process.execPath, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  }).trim();
}
