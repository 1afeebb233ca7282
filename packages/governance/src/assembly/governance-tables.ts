import type { TableDefinition } from "@artguard/core";
import { accessTableName, defineAccessTable } from "../access/access-table.ts";
import { defineApprovalTable } from "../approvals/approval-table.ts";
import { defineAuditTables } from "../audit/audit-tables.ts";
import { defineGeographyTable, geographyTableName } from "../geography/geography-table.ts";
import { defineIdentityTable, identityTableName } from "../identity/identity-table.ts";
import { defineKeyTable } from "../keys/key-table.ts";
import { defineUsageTable, usageTableName } from "../usage/usage-table.ts";

/**
 * Makes something of each table that `openGovernance` opens beside core's two, for whoever creates them. Under another
 * environment than `dev` give the store a `tableName` that leads from the default names to these: only their last part
 * differs.
 *
 * @param make Gets the declaration of each table.
 * @param environment Last part of the names; default `dev`.
 * @example
 * import { createTableInput, dynamodb } from "@artguard/core/dynamodb";
 *
 * const inputs = governanceTables((table) => createTableInput(table, { tableName: table.name }), "prod");
 * const tables = dynamodb({ cursorKey, tableName: (name) => name.replace(/dev$/, "prod") });
 */
export function governanceTables<Made>(
  make: <Item extends object>(definition: TableDefinition<Item>) => Made,
  environment = "dev",
): Made[] {
  const { entries, state, subjects, identities } = defineAuditTables(environment);
  return [
    make(defineAccessTable(accessTableName(environment))),
    make(defineApprovalTable(`artguard-approvals-${environment}`)),
    make(defineGeographyTable(geographyTableName(environment))),
    make(defineIdentityTable(identityTableName(environment))),
    make(defineKeyTable(`artguard-keys-${environment}`)),
    make(defineUsageTable(usageTableName(environment))),
    ...[make(entries), make(state), make(subjects), make(identities)],
  ];
}
