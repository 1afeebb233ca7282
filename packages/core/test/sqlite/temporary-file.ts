import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Path of a database that does not exist yet, in a folder of its own that goes with the test. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "artguard-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "artguard.db");
}
