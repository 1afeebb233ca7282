import { readFileSync } from "node:fs";
import { assertTrustAnchors } from "@artguard/forensics";
import { reasonOf } from "./reason-of.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The certificates of a PEM file; undefined without a file.
 *
 * @throws UsageError when the file cannot be read or holds no certificate.
 */
export function readTrustAnchors(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const trustAnchors = readFileSync(file, "utf8");
    assertTrustAnchors({ trustAnchors });
    return trustAnchors;
  } catch (error) {
    throw new UsageError(`--trust ${file}: ${reasonOf(error)}`);
  }
}
