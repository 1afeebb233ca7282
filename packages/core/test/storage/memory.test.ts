import { MemoryTableStore } from "@artguard/core";
import { tableStoreContract } from "@artguard/core/testing";
import { describe, it } from "vitest";

tableStoreContract({ describe, it }, "MemoryTableStore", {
  create: async (options) => new MemoryTableStore(options),
  capabilities: { validatesResults: true, deletesExpired: true, ownTokenClock: true },
});
