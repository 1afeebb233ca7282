import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The files that paths name: a file stands for itself, a folder for the files below it in natural order without hidden
 * ones and links, `-` for standard input. What does not exist or cannot be listed stays, so that it is reported as a failed input.
 */
export function collectInputs(paths: readonly string[]): string[] {
  return paths.flatMap((path) => (path !== "-" && isFolder(path) ? filesUnder(path) : [path]));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function filesUnder(folder: string): string[] {
  const order = new Intl.Collator("en", { numeric: true });
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [folder];
  }
  return entries
    .filter(({ name }) => !name.startsWith("."))
    .sort((a, b) => order.compare(a.name, b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      // Links are left out: whoever made the folder may have led them anywhere, also back up.
      if (entry.isDirectory()) return filesUnder(path);
      return entry.isFile() ? [path] : [];
    });
}
