import { parse } from "node:path";

/**
 * Names of the output files of a batch, `<stem>.<extension>`: the second input of the same stem gets `<stem>-2`, and so
 * on. Stems that differ only in case count as the same, because some file systems take them for the same.
 *
 * @param reserved Stems that are taken from the start.
 */
export function outputNames(paths: readonly string[], extension: string, reserved: readonly string[] = []): string[] {
  const taken = new Set(reserved.map((stem) => stem.toLowerCase()));
  return paths.map((path) => {
    const stem = path === "-" ? "stdin" : parse(path).name;
    const name = freeName(stem, taken);
    taken.add(name.toLowerCase());
    return `${name}.${extension}`;
  });
}

function freeName(stem: string, taken: ReadonlySet<string>): string {
  let name = stem;
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`;
  return name;
}
