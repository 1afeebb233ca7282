import { type ErrorRecord, isArtGuardError } from "@artguard/core";
import { defaultImageLimits } from "@artguard/core/image";
import { type ProvenanceReport, readProvenance } from "@artguard/forensics";
import { collectInputs } from "../collect-inputs.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { provenanceCommand } from "../declarations/images.ts";
import { printable } from "../printable.ts";
import { readInput } from "../read-input.ts";
import { readTrustAnchors } from "../trust-anchors.ts";

type Outcome = { path: string; provenance: ProvenanceReport } | { path: string; error: ErrorRecord };

/**
 * `artguard provenance`: where files say that they come from. Reads bytes alone, so also containers that are not
 * decoded (SVG, HEIC, MP4, manifest stores), and opens no connection.
 *
 * @returns the exit status.
 * @throws UsageError
 */
export async function provenance({ values, operands }: Call<typeof provenanceCommand>): Promise<number> {
  const trustAnchors = readTrustAnchors(values.trust);
  let status = 0;
  for (const path of collectInputs(operands)) {
    const outcome = await read(path, trustAnchors);
    if ("error" in outcome) status = 1;
    process.stdout.write(`${values.json ? JSON.stringify(outcome) : textOf(outcome)}\n`);
  }
  return status;
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
