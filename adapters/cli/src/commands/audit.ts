import { readFile } from "node:fs/promises";
import type { AuditReport } from "@artguard/governance";
import { printable } from "../printable.ts";
import { parseStoreCommand, placeOf, type StorePlace } from "../stores/store-options.ts";
import { withStores } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

const options = { checkpoint: { type: "string" }, key: { type: "string" } } as const;

/**
 * `artguard audit verify`: reads the whole audit log and says whether it is what was written; `artguard audit checkpoint`:
 * prints its signed state, to be kept outside of the store.
 *
 * @returns the exit status: 1 when the log was tampered with or cannot be read.
 * @throws UsageError
 */
export async function audit(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, options);
  const [what, ...more] = positionals;
  if (more.length > 0 || (what !== "verify" && what !== "checkpoint")) {
    throw new UsageError("audit takes verify or checkpoint");
  }
  if (what === "checkpoint" && values.checkpoint !== undefined)
    throw new UsageError("--checkpoint is for audit verify");
  const checkpoint = values.checkpoint === undefined ? undefined : await textIn(values.checkpoint);
  const place = placeOf(values);
  return await withStores(values, { create: false }, async ({ tables }) => {
    const { readCheckpoints, verifyAudit } = await import("@artguard/governance");
    const verifierKey = await verifierKeyOf(place, values.key);
    const { environment } = place.configuration;
    if (what === "verify") {
      const report = await verifyAudit({
        tables,
        verifierKey,
        environment,
        ...(checkpoint !== undefined && { checkpoint }),
      });
      process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
      return report.ok ? 0 : 1;
    }
    const text = await readCheckpoints({ tables, verifierKey, environment });
    process.stdout.write(values.json ? `${JSON.stringify({ checkpoint: text, verifier_key: verifierKey })}\n` : text);
    return 0;
  });
}

async function verifierKeyOf({ aws, configuration: { folder } }: StorePlace, file: string | undefined) {
  if (file !== undefined) return (await textIn(file)).trim();
  const { readFolderKeys } = await import("@artguard/governance");
  const keys = aws ? undefined : await readFolderKeys(folder);
  if (keys) return keys.audit_verifier_key;
  throw new UsageError(
    "--key must name a file with the verifier key of the audit log: the folder has no governance.keys",
  );
}

async function textIn(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textOf({ ok, logs, findings }: AuditReport): string {
  const lines = Object.entries(logs).map(([category, { size, first, compared, backdated }]) => {
    const parts = [
      `${size} entries`,
      ...(first > 0 ? [`${first} of them deleted as expired`] : []),
      ...(compared ? ["compared with the checkpoint"] : []),
      ...(backdated.length > 0 ? [`${backdated.length} backdated`] : []),
    ];
    return `${category}: ${parts.join(", ")}`;
  });
  for (const { category, kind, index, message } of findings) {
    lines.push(`${category}${index === undefined ? "" : ` ${index}`} ${kind}: ${printable(message)}`);
  }
  if (!Object.values(logs).some(({ compared }) => compared)) {
    lines.push("without --checkpoint nobody can tell the log from an earlier state of itself");
  }
  return `${[...lines, ok ? "verified" : "TAMPERED"].join("\n")}\n`;
}
