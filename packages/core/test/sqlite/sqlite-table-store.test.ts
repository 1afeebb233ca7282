import { sqlite } from "@artguard/core/sqlite";
import { tableStoreContract } from "@artguard/core/testing";
import { describe, it } from "vitest";
import { temporaryFile } from "./temporary-file.ts";

tableStoreContract({ describe, it }, "SqliteTableStore", {
  create: (options) => sqlite({ path: temporaryFile(), ...options }),
  capabilities: { validatesResults: true, deletesExpired: true, ownTokenClock: true },
});
