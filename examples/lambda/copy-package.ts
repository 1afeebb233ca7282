import { existsSync } from "node:fs";
import { cp, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What no program reads when it runs. */
const unread = /\.(d\.[cm]?ts|map|md)$|\/(src|install|test)$/;

/** Copies an installed package with its dependencies into the folder `node_modules` of a function, laid out flat. */
export async function copyPackage(name: string, modules: string, from = import.meta.dirname): Promise<void> {
  const installed = await find(name, from);
  if (installed === undefined || existsSync(join(modules, name))) return;
  await cp(installed, join(modules, name), {
    recursive: true,
    filter: (path) => !unread.test(path.slice(installed.length)),
  });
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  // Those for other systems are not installed, and so not found.
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const dependency of wanted) await copyPackage(dependency, modules, installed);
}

/** Where a package is that a module in this folder would load, or undefined. */
export async function find(name: string, folder: string): Promise<string | undefined> {
  const candidate = join(folder, "node_modules", name);
  if (existsSync(candidate)) return await realpath(candidate);
  return dirname(folder) === folder ? undefined : await find(name, dirname(folder));
}
