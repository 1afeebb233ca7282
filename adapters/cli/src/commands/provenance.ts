import { parseArgs } from "node:util";
import { type ErrorRecord, isArtGuardError } from "@artguard/core";
import { defaultImageLimits } from "@artguard/core/image";
import { type ProvenanceReport, readProvenance } from "@artguard/forensics";
import { collectInputs } from "../collect-inputs.ts";
import { printable } from "../printable.ts";
import { readInput } from "../read-input.ts";
import { readTrustAnchors } from "../trust-anchors.ts";
import { UsageError } from "../usage-error.ts";

type Outcome = { path: string; provenance: ProvenanceReport } | { path: string; error: ErrorRecord };

/**
 * `artguard provenance`: where files say that they come from. Reads bytes alone, so also containers that are not
 * decoded (SVG, HEIC, MP4, manifest stores), and opens no connection.
 *
 * @returns the exit status.
 * @throws UsageError
 */
export async function provenance(args: readonly string[]): Promise<number> {
  const { paths, json, trustAnchors } = parsed(args);
  let status = 0;
  for (const path of collectInputs(paths)) {
    const outcome = await read(path, trustAnchors);
    if ("error" in outcome) status = 1;
    process.stdout.write(`${json ? JSON.stringify(outcome) : textOf(outcome)}\n`);
  }
  return status;
}

function parsed(args: readonly string[]) {
  try {
    const options = { json: { type: "boolean", default: false }, trust: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (positionals.length === 0) throw new UsageError("name at least one file or folder, or - for standard input");
    return { paths: positionals, json: values.json, trustAnchors: readTrustAnchors(values.trust) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function read(path: string, trustAnchors: string | undefined): Promise<Outcome> {
  try {
    const bytes = await readInput(path, defaultImageLimits.maxBytes);
    return { path, provenance: await readProvenance(bytes, trustAnchors === undefined ? {} : { trustAnchors }) };
  } catch (error) {
    if (isArtGuardError(error)) return { path, error: error.toJSON() };
    throw error;
  }
}

function textOf(outcome: Outcome): string {
  const path = printable(outcome.path);
  if ("error" in outcome) return `${path}: FAILED ${printable(outcome.error.message)} (${outcome.error.code})`;
  const { content_credentials: c2pa, generator, camera, software, created } = outcome.provenance;
  const parts = [
    `C2PA manifest ${c2pa.integrity}${c2pa.signer ? `, signer ${c2pa.signer}` : ""}`,
    generator && `image generator ${generator.name}`,
    camera && `camera ${[camera.make, camera.model].filter((part) => part !== null).join(" ")}`,
    software.length > 0 && `programs ${software.join(", ")}`,
    created && `created ${created}`,
  ];
  return `${path}: ${printable(parts.filter(Boolean).join("; "))}`;
}
