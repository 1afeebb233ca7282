import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { DetectorSource, JsonValue } from "@artguard/core";

/** Where an isolated child process finds the detector that this package exports under `name`, and what it calls it with. */
export function detectorSource(name: string, argument?: JsonValue): DetectorSource {
  const entry = createRequire(import.meta.url).resolve("@artguard/forensics");
  return { module: pathToFileURL(entry).href, export: name, ...(argument !== undefined && { argument }) };
}
