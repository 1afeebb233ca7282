import { AnalysisRepository, createArtGuard, MemoryTableStore } from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { pending, scored } from "../fixtures/analysis-records.ts";
import { tableStores } from "../fixtures/table-stores.ts";
import { disputesSuite } from "./disputes-suite.ts";

for (const [name, make] of tableStores) disputesSuite(name, make);

describe("disputes at the same moment", () => {
  it("would overwrite each other without the condition of their write", async () => {
    const careless = new MemoryTableStore();
    const transact = careless.transact.bind(careless);
    careless.transact = (actions, options) =>
      transact(
        actions.map(({ definition, write }) => {
          const { condition: _, ...free } = write;
          return { definition, write: write.kind === "update" ? (free as typeof write) : write };
        }),
        options,
      );
    for (const [tables, made] of [
      [new MemoryTableStore(), 1],
      [careless, 4],
    ] as const) {
      const artguard = await createArtGuard({ detectors: [], tables, storage: "memory", isolation: "none" });
      onTestFinished(() => artguard[Symbol.asyncDispose]());
      const repository = await AnalysisRepository.open(tables);
      await repository.create(pending("a", { ...scored(80), open_work: undefined }));
      const reasons = ["1", "2", "3", "4"];
      const disputes = await Promise.allSettled(reasons.map((reason) => artguard.dispute("a", { reason })));
      expect(disputes.filter(({ status }) => status === "fulfilled")).toHaveLength(made);
    }
  });
});
