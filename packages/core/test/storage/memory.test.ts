import { MemoryTable } from "@artguard/core";
import { tableContract } from "@artguard/core/testing";
import { describe, it } from "vitest";

tableContract({ describe, it }, "MemoryTable", {
  create: async (definition, now) => new MemoryTable(definition, { now }),
});
