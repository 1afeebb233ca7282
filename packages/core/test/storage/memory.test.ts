import { MemoryObjectStore, MemoryTableStore } from "@artguard/core";
import { objectStoreContract, tableStoreContract } from "@artguard/core/testing";
import { describe, it } from "vitest";

tableStoreContract({ describe, it }, "MemoryTableStore", {
  create: async (options) => new MemoryTableStore(options),
  capabilities: { validatesResults: true, deletesExpired: true, ownTokenClock: true },
});

objectStoreContract({ describe, it }, "MemoryObjectStore", { create: async () => new MemoryObjectStore() });
