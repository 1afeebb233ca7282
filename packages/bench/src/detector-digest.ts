import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../", import.meta.url));
/** What every detector's result depends on besides its own code. */
const decoding = join(packages, "core", "src", "image", "decode-raster.ts");

/** Modules that a module imports and files that it loads, by path relative to it. */
const references = /(?:from|import\(|new URL\()\s*"(\.{1,2}\/[^"]+)"/g;

/**
 * Digest of the code and data that a detector's result depends on: its module and, followed through relative imports,
 * all that it imports or loads. A changed detector is so never read from the cache, and an unchanged one always.
 */
export function detectorDigest(id: string): string {
  const hash = createHash("sha256").update(readFileSync(decoding));
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const content = readFileSync(file);
    hash.update(content);
    if (!file.endsWith(".ts")) return;
    for (const [, path] of content.toString("utf8").matchAll(references)) visit(join(dirname(file), path!));
  };
  visit(join(packages, "forensics", "src", id, `${id}-detector.ts`));
  return hash.digest("hex").slice(0, 16);
}
