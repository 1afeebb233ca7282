import { appendFile, glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArtGuard, isArtGuardError } from "@artguard/core";

/** One line of the result. A file that cannot be judged is a result, too. */
export interface Row {
  /** Path below the folder. */
  readonly path: string;
  readonly verdict: string;
  /** 0–100; absent where there is no verdict. */
  readonly score?: number;
  readonly reasons: readonly string[];
}

/** Options of {@link judgeFolder}. */
export interface BatchOptions {
  /** JSON lines: one row each, appended as it is known, so that an interrupted batch goes on behind them. */
  readonly to: string;
  /** Images at the same time; each is a process of its own. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
}

/** Judges all pictures below a folder that have no row yet, and yields each row once it is on the disk. */
export async function* judgeFolder(
  artguard: ArtGuard,
  folder: string,
  { to, concurrency, signal }: BatchOptions,
): AsyncGenerator<Row> {
  const done = new Set((await readRows(to)).map(({ path }) => path));
  const waiting: string[] = [];
  for await (const path of glob("**/*.{jpg,jpeg,png,tif,tiff,webp}", { cwd: folder }))
    if (!done.has(path)) waiting.push(path);
  waiting.sort();
  const running = new Map<string, Promise<Row>>();
  try {
    while (waiting.length > 0 || running.size > 0) {
      signal?.throwIfAborted();
      const next = waiting.splice(0, concurrency - running.size);
      for (const path of next) running.set(path, judge(artguard, folder, path, signal));
      const row = await Promise.race(running.values());
      running.delete(row.path);
      await appendFile(to, `${JSON.stringify(row)}\n`);
      yield row;
    }
  } finally {
    // Whoever stops early does not leave work behind; what had no row yet is done again.
    await Promise.allSettled(running.values());
  }
}

/** The rows of a batch; the last line may have been cut off by a crash. */
export async function readRows(file: string): Promise<Row[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) await writeFile(file, whole);
  return whole.split("\n").flatMap((line): Row[] => (line ? [JSON.parse(line)] : []));
}

/** Rows as a table for a spreadsheet; what it would take for a formula is quoted. */
export function toCsv(rows: readonly Row[]): string {
  const cell = (value: string | number) =>
    `"${String(value)
      .replace(/^(?=[=+\-@\t\r])/, "'")
      .replaceAll('"', '""')}"`;
  const line = (...cells: (string | number)[]) => `${cells.map(cell).join(",")}\r\n`;
  const body = rows.map(({ path, verdict, score = "", reasons }) => line(path, verdict, score, reasons.join(" ")));
  return line("path", "verdict", "score", "reasons") + body.join("");
}

async function judge(artguard: ArtGuard, folder: string, path: string, signal?: AbortSignal): Promise<Row> {
  try {
    const {
      verdict = "FAILED",
      forgery_score,
      reasons = [],
    } = await artguard.analyze(await readFile(join(folder, path)), { filename: path, ...(signal && { signal }) });
    return { path, verdict, ...(forgery_score !== undefined && { score: Math.round(forgery_score) }), reasons };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isArtGuardError(error, "image.")) throw error;
    return { path, verdict: "UNREADABLE", reasons: [error.code] };
  }
}
