import type { ContentCredentials } from "./content-credentials.ts";
import type { GeneratorMetadata } from "./generator-metadata.ts";
import type { HistoryStep } from "./xmp-facts.ts";

/**
 * Where a file says that it comes from. Everything but hashes and signatures is text as someone wrote it: easy to
 * remove and to invent, and therefore evidence only where it speaks against its own interest.
 */
export interface ProvenanceReport {
  readonly media_type: string | null;
  readonly content_credentials: ContentCredentials;
  readonly generator: GeneratorMetadata | null;
  /** Terms of IPTC digital source types in XMP, e.g. `trainedAlgorithmicMedia`. */
  readonly digital_source_types: readonly string[];
  readonly camera: { readonly make: string | null; readonly model: string | null } | null;
  /** Programs that EXIF and XMP name. */
  readonly software: readonly string[];
  /** ISO 8601 as written. */
  readonly created: string | null;
  readonly modified: string | null;
  readonly history: readonly HistoryStep[];
}

/** Whether a file says anything at all about where it comes from. */
export function saysAnything(report: ProvenanceReport): boolean {
  return (
    report.content_credentials.integrity !== "absent" ||
    report.generator !== null ||
    report.camera !== null ||
    report.created !== null ||
    report.modified !== null ||
    [report.digital_source_types, report.software, report.history].some((list) => list.length > 0)
  );
}
