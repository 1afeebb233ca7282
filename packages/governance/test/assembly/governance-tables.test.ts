import {
  analysisTableName,
  MemoryObjectStore,
  MemoryTableStore,
  type TableDefinition,
  userTableName,
} from "@artguard/core";
import { governanceTables } from "@artguard/governance";
import { expect, it } from "vitest";
import { guardedPlace } from "../fixtures/guarded-place.ts";

it("governanceTables names every table that openGovernance opens beside core's two", async () => {
  const opened = new Set<string>();
  class Watched extends MemoryTableStore {
    override async open<Item extends object>(definition: TableDefinition<Item>) {
      opened.add(definition.name);
      return await super.open(definition);
    }
  }
  const { governance } = await guardedPlace({ geography: {} }, async (now) => ({
    tables: new Watched({ now }),
    objects: new MemoryObjectStore({ now }),
  }));
  await governance.artguard.counts();
  const declared = governanceTables(({ name }) => name);
  expect([...opened].sort()).toEqual([...declared, analysisTableName("dev"), userTableName("dev")].sort());
});

it("governanceTables differ between environments in the last part of their names alone", () => {
  const names = (environment: string) => governanceTables(({ name }) => name, environment);
  expect(names("prod")).toEqual(names("dev").map((name) => name.replace(/dev$/, "prod")));
  expect(new Set(names("prod")).size).toBe(names("prod").length);
});
