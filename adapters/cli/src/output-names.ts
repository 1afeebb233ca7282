import { parse } from "node:path";

/** Bytes of a stem; with a number and an extension it stays below the 255 that file systems take. */
const longestStem = 240;

/**
 * Names of the output files of a batch, `<stem>.<extension>`: the second input of the same stem gets `<stem>-2`, and so
 * on. Stems that differ only in case count as the same, because some file systems take them for the same.
 *
 * @param reserved Stems that are taken from the start.
 */
export function outputNames(paths: readonly string[], extension: string, reserved: readonly string[] = []): string[] {
  const taken = new Set(reserved.map((stem) => stem.toLowerCase()));
  return paths.map((path) => {
    const stem = path === "-" ? "stdin" : cut(parse(path).name);
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

/** The beginning of a stem that is too long, without half a character. */
function cut(stem: string): string {
  const bytes = Buffer.from(stem);
  if (bytes.length <= longestStem) return stem;
  return new TextDecoder().decode(bytes.subarray(0, longestStem), { stream: true });
}
