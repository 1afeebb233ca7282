import { MemoryObjectStore, MemoryTable } from "@artguard/core";
import { objectStoreContract, tableContract } from "@artguard/core/testing";
import { describe, it } from "vitest";

tableContract({ describe, it }, "MemoryTable", {
  create: async (definition, now) => new MemoryTable(definition, { now }),
});

objectStoreContract({ describe, it }, "MemoryObjectStore", { create: async () => new MemoryObjectStore() });
