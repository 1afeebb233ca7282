import { readFile } from "node:fs/promises";
import type { TableStore } from "@artguard/core";
import type { AuditReport } from "@artguard/governance";
import type { Call } from "../command-line/declare-command.ts";
import type { auditCheckpointCommand, auditVerifyCommand } from "../declarations/operation.ts";
import { printable } from "../printable.ts";
import { reasonOf } from "../reason-of.ts";
import { placeOf, type StorePlace } from "../stores/store-options.ts";
import { withStores } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/**
 * `artguard audit verify`: reads the whole audit log and says whether it is what was written.
 *
 * @returns the exit status: 1 when the log was tampered with or cannot be read.
 * @throws UsageError
 */
export async function verify({ values }: Call<typeof auditVerifyCommand>): Promise<number> {
  const checkpoint = values.checkpoint === undefined ? undefined : await textIn(values.checkpoint);
  return await withLog(values, async (log) => {
    const { verifyAudit } = await import("@artguard/governance");
    const report = await verifyAudit({ ...log, ...(checkpoint !== undefined && { checkpoint }) });
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
    return report.ok ? 0 : 1;
  });
}

/** `artguard audit checkpoint`: prints the signed state of the log, to be kept outside of the store. @throws UsageError */
export async function checkpoint({ values }: Call<typeof auditCheckpointCommand>): Promise<number> {
  return await withLog(values, async (log) => {
    const { readCheckpoints } = await import("@artguard/governance");
    const text = await readCheckpoints(log);
    process.stdout.write(
      values.json ? `${JSON.stringify({ checkpoint: text, verifier_key: log.verifierKey })}\n` : text,
    );
    return 0;
  });
}

/** What reading the log takes. */
interface Log {
  readonly tables: TableStore;
  readonly verifierKey: string;
  readonly environment: string;
}

async function withLog(
  values: Call<typeof auditCheckpointCommand>["values"],
  command: (log: Log) => Promise<number>,
): Promise<number> {
  const place = placeOf(values);
  return await withStores(values, { create: false }, async ({ tables }) => {
    const verifierKey = await verifierKeyOf(place, values.key);
    return await command({ tables, verifierKey, environment: place.configuration.environment });
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
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}`);
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
