import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { DetectorSource } from "@artguard/core";

/** Where an isolated child process finds the detector that this package exports under `name`. */
export function detectorSource(name: string): DetectorSource {
  const entry = createRequire(import.meta.url).resolve("@artguard/forensics");
  return { module: pathToFileURL(entry).href, export: name };
}
