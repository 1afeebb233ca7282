import { MemoryObjectStore } from "@artguard/core";
import { objectStoreContract } from "@artguard/core/testing";
import { describe, it } from "vitest";

objectStoreContract({ describe, it }, "MemoryObjectStore", {
  create: async () => new MemoryObjectStore(),
  presigns: false,
});
