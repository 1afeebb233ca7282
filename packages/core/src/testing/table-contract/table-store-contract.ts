import type { TestRunner } from "../test-runner.ts";
import { batchContract } from "./batch-contract.ts";
import { changeContract } from "./change-contract.ts";
import { conditionContract } from "./condition-contract.ts";
import { contractTable, type TableStoreContractSetup, type Under } from "./contract-tables.ts";
import { expiryContract } from "./expiry-contract.ts";
import { itemContract } from "./item-contract.ts";
import { cursorContract, queryContract } from "./query-contract.ts";
import { transactionContract } from "./transaction-contract.ts";

/**
 * What every `TableStore` and its tables promise; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * tableStoreContract({ describe, it }, "my store", tableStoreSetup);
 */
export function tableStoreContract(runner: TestRunner, name: string, setup: TableStoreContractSetup): void {
  const under = underSetup(setup);
  runner.describe(`TableStore contract: ${name}`, () => {
    runner.describe("items", () => itemContract(runner, under));
    runner.describe("conditions", () => conditionContract(runner, under));
    runner.describe("changes", () => changeContract(runner, under));
    runner.describe("queries", () => queryContract(runner, under));
    runner.describe("cursors", () => cursorContract(runner, under));
    runner.describe("batches", () => batchContract(runner, under));
    runner.describe("expiry", () => expiryContract(runner, under));
    runner.describe("transactions", () => transactionContract(runner, under));
  });
}

function underSetup({ create, capabilities }: TableStoreContractSetup): Under {
  let clock = 1_700_000_000_000;
  const withStore: Under["withStore"] = (test) => async () => {
    const store = await create({ now: () => clock, cursorKey: new Uint8Array(32).fill(7) });
    try {
      await test(store);
    } finally {
      await store[Symbol.asyncDispose]();
    }
  };
  return {
    capabilities,
    now: () => clock,
    advance: (milliseconds) => {
      clock += milliseconds;
    },
    withStore,
    withTable: (test) => withStore(async (store) => test(await store.open(contractTable), store)),
  };
}
