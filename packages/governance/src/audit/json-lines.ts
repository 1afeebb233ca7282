import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { AuditCategory } from "./audit-category.ts";

/** Gets each entry as a line of JSON without its newline, after it was written to the log. */
export type LineSink = (category: AuditCategory, line: string) => void | Promise<void>;

/**
 * Lines for a stream, e.g. `process.stdout`, which CloudWatch, Loki and the like collect. What goes wrong with the stream is
 * a failure of the mirror, no longer of the process.
 *
 * @example
 * const audit = await openAuditLog({ tables, signingKey, secret, mirror: linesTo(process.stdout) });
 */
export function linesTo(stream: NodeJS.WritableStream): LineSink {
  // Each write is told of its failure; an error event that nobody hears would end the process besides.
  stream.on("error", () => undefined);
  return (_, line) =>
    new Promise((resolve, reject) => stream.write(`${line}\n`, (error) => (error ? reject(error) : resolve())));
}

/**
 * Lines in the files `<category>.jsonl` of a folder, which is made if need be and only its owner may read.
 *
 * @example
 * const audit = await openAuditLog({ tables, signingKey, secret, mirror: linesInFolder("/var/log/artguard") });
 */
export function linesInFolder(folder: string): LineSink {
  return async (category, line) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(join(folder, `${category}.jsonl`), "a", 0o600);
    try {
      await file.appendFile(`${line}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  };
}
