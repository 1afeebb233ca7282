// Appends to the audit log in a SQLite file until it is killed, and says which entries are acknowledged.

import { sqlite } from "@artguard/core/sqlite";
import { openAuditLog } from "@artguard/governance";

const [path = "", signingKey = "", writer = ""] = process.argv.slice(2);
const log = await openAuditLog({ tables: await sqlite({ path }), signingKey, secret: new Uint8Array(32).fill(9) });

/** Four appenders at once, so that there is always a batch on its way. */
async function append(lane: number): Promise<void> {
  for (let number = lane; ; number += 4) {
    await log.logSecurityEvent(
      {
        principal: { kind: "service", id: writer },
        organizations: [],
        roles: [],
        permissions: [],
        traceId: "0af7651916cd43dd8448eb211c80319c",
        authentication: { method: "local", strength: "none" },
      },
      { type: "test.appended", operation: "test.append", outcome: "success", details: { number } },
    );
    process.stdout.write(`ack ${number}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(append));
