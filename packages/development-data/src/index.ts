import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One row of the development images' manifest. */
export interface ManifestRow {
  path: string;
  set: string;
  task: "manipulation" | "ai-generated" | "original" | "provenance" | "hostile";
  label: string;
  /** Relative path of the 1-bit mask, or "". */
  mask: string;
  /** Base picture, prompt, artist or camera model: split by this. */
  group: string;
  /** What a decoder says the file is. */
  format: string;
  expect: string;
  notes: string;
}

/** The development images on this machine. */
export interface DevelopmentData {
  folder: string;
  rows: readonly ManifestRow[];
  /** Absolute path of a row's file. */
  file(row: ManifestRow): string;
  read(row: ManifestRow): Uint8Array;
}

const repositoryRoot = resolve(import.meta.dirname, "../../..");

/**
 * The development images in `ARTGUARD_DATA` (default `../shared/data` beside the repository), or undefined with
 * the reason printed. `ARTGUARD_DATA=none` declares that there are none.
 *
 * @throws Error when `CI=true`, the folder is missing and its absence was not declared.
 */
export function developmentData(): DevelopmentData | undefined {
  const setting = process.env["ARTGUARD_DATA"] ?? "../shared/data";
  if (setting === "none") return missing("ARTGUARD_DATA=none");
  const folder = resolve(repositoryRoot, setting);
  const manifest = join(folder, "manifest.csv");
  if (!existsSync(manifest)) {
    if (process.env["CI"] === "true") throw new Error(`development images not found: ${manifest}`);
    return missing(`no manifest.csv in ${setting}`);
  }
  const rows = parseCsv(readFileSync(manifest, "utf8")) as unknown as ManifestRow[];
  const file = (row: ManifestRow) => join(folder, row.path);
  return { folder, rows, file, read: (row) => new Uint8Array(readFileSync(file(row))) };
}

function missing(reason: string): undefined {
  process.stderr.write(`SKIPPED development images: ${reason}\n`);
  return undefined;
}

function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...records] = splitRecords(text);
  return records.map((fields) => Object.fromEntries(header.map((name, i) => [name, fields[i] ?? ""])));
}

/** RFC 4180: quoted fields may hold commas, quotes (doubled) and line breaks. */
function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g)) {
    const [whole, raw = "", end = ""] = match;
    if (whole === "" && fields.length === 0) continue;
    fields.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === ",") continue;
    records.push(fields);
    fields = [];
  }
  return records;
}
