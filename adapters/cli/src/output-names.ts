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
  // The last number given to each stem: counting from the start again would take a second pass for each namesake.
  const taken = new Map(reserved.map((stem) => [stem.toLowerCase(), 1]));
  return paths.map((path) => `${freeName(path === "-" ? "stdin" : cut(parse(path).name), taken)}.${extension}`);
}

function freeName(stem: string, taken: Map<string, number>): string {
  const key = stem.toLowerCase();
  let [name, count] = [stem, taken.get(key) ?? 0];
  while (taken.has(name.toLowerCase())) name = `${stem}-${++count}`;
  taken.set(key, Math.max(count, 1));
  taken.set(name.toLowerCase(), 1);
  return name;
}

/** The beginning of a stem that is too long, without half a character. */
function cut(stem: string): string {
  const bytes = Buffer.from(stem);
  if (bytes.length <= longestStem) return stem;
  return new TextDecoder().decode(bytes.subarray(0, longestStem), { stream: true });
}
