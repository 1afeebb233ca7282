import assert from "node:assert/strict";
import { isArtGuardError } from "../../errors/artguard-error.ts";
import type { Condition, Table } from "../../storage/table.ts";
import type { TestRunner } from "../test-runner.ts";
import { type ContractItem, item, key, rejectsWith, type Under } from "./contract-tables.ts";

type Case = readonly [Condition<ContractItem>, boolean];

const detail = { tags: ["a"], score: null };
const stored = item("a", 1, { count: 5, wanted: 7, checked: true, note: "état", detail, former: detail });

/** Each condition with whether it holds of {@link stored}. */
const ofStored: readonly Case[] = [
  [{ item: "present" }, true],
  [{ item: "absent" }, false],
  [{ attribute: "owner", is: "absent" }, true],
  [{ attribute: "detail", is: "present" }, true],
  [{ attribute: "state", equals: "open" }, true],
  [{ attribute: "state", equals: "Open" }, false],
  [{ attribute: "count", equals: "5" }, false],
  [{ attribute: "checked", equals: true }, true],
  [{ attribute: "checked", notEquals: true }, false],
  [{ attribute: "owner", equals: "me" }, false],
  [{ attribute: "owner", notEquals: "me" }, true],
  [{ attribute: "count", lessThan: 5 }, false],
  [{ attribute: "count", atMost: 5 }, true],
  [{ attribute: "count", greaterThan: 4 }, true],
  [{ attribute: "count", atLeast: 6 }, false],
  [{ attribute: "count", lessThan: "9" }, false],
  [{ attribute: "wanted", lessThan: 10 }, true],
  [{ attribute: "owner", atLeast: "" }, false],
  [{ attribute: "note", lessThan: "f" }, false],
  [{ attribute: "note", greaterThan: "z" }, true],
  [{ attribute: "note", lessThan: "\u{1d11e}" }, true],
  [{ attribute: "note", beginsWith: "ét" }, true],
  [{ attribute: "note", beginsWith: "et" }, false],
  [{ attribute: "owner", beginsWith: "m" }, false],
  [{ attribute: "count", equals: { attribute: "wanted" } }, false],
  [{ attribute: "count", lessThan: { attribute: "wanted" } }, true],
  [{ attribute: "count", atLeast: { attribute: "expires_at" } }, false],
  [{ attribute: "detail", equals: { attribute: "former" } }, true],
  [{ attribute: "detail", notEquals: { attribute: "former" } }, false],
  [{ attribute: "detail", equals: { attribute: "note" } }, false],
  [{ attribute: "state", oneOf: ["closed", "open"] }, true],
  [{ attribute: "count", oneOf: [4, 6, "5"] }, false],
  [{ attribute: "owner", oneOf: ["me"] }, false],
  [{ not: { attribute: "owner", equals: "me" } }, true],
  [
    {
      all: [
        { attribute: "state", equals: "open" },
        { attribute: "count", equals: 5 },
      ],
    },
    true,
  ],
  [
    {
      all: [
        { attribute: "state", equals: "open" },
        { attribute: "count", equals: 6 },
      ],
    },
    false,
  ],
  [{ any: [{ attribute: "state", equals: "done" }, { not: { attribute: "count", equals: 6 } }] }, true],
  [{ any: [{ attribute: "state", equals: "done" }] }, false],
];

/** Each condition with whether it holds where there is no item. */
const ofNone: readonly Case[] = [
  [{ item: "absent" }, true],
  [{ item: "present" }, false],
  [{ attribute: "state", is: "absent" }, true],
  [{ attribute: "state", equals: "open" }, false],
  [{ attribute: "state", notEquals: "open" }, true],
  [{ not: { attribute: "count", lessThan: 1 } }, true],
];

async function outcomes(table: Table<ContractItem>, cases: readonly Case[], attempt: (of: Case) => Promise<unknown>) {
  const wrong: string[] = [];
  for (const of of cases) {
    const happened = await attempt(of).then(
      () => true,
      (error: unknown) => {
        if (!isArtGuardError(error, "storage.condition-failed")) throw error;
        return false;
      },
    );
    if (happened !== of[1]) wrong.push(JSON.stringify(of[0]));
  }
  assert.deepEqual(wrong, [], `conditions that ${table.definition.name} decides otherwise`);
}

/** Conditions of writes. */
export function conditionContract({ it }: TestRunner, { withTable }: Under): void {
  it(
    "decides every kind of condition on a stored item",
    withTable(async (table) => {
      await table.put(stored);
      await outcomes(table, ofStored, ([condition]) => table.put(stored, { condition }));
    }),
  );

  it(
    "decides conditions where there is no item",
    withTable(async (table) => {
      await outcomes(table, ofNone, ([condition]) => table.delete(key("none", 1), { condition }));
    }),
  );

  it(
    "writes nothing when the condition does not hold",
    withTable(async (table) => {
      await table.put(item("a", 1));
      const condition: Condition<ContractItem> = { attribute: "state", equals: "done" };
      await rejectsWith("storage.condition-failed", table.put(item("a", 1, { note: "new" }), { condition }));
      await rejectsWith("storage.condition-failed", table.update(key("a", 1), { set: { note: "new" } }, { condition }));
      await rejectsWith("storage.condition-failed", table.delete(key("a", 1), { condition }));
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), item("a", 1));
    }),
  );

  it(
    "lets exactly one of many concurrent conditional writes win",
    withTable(async (table) => {
      const claims = Array.from({ length: 20 }, (_, n) =>
        table.put(item("a", 1, { state: `winner ${n}` }), { condition: { item: "absent" } }),
      );
      const results = await Promise.allSettled(claims);
      const winner = results.findIndex(({ status }) => status === "fulfilled");
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal((await table.get(key("a", 1), { consistent: true }))?.state, `winner ${winner}`);
    }),
  );

  it(
    "refuses conditions that not every store can evaluate",
    withTable(async (table) => {
      const conditions: Condition<ContractItem>[] = [
        { all: [] },
        { any: [] },
        { not: { all: [] } },
        { attribute: "state", oneOf: [] },
        { attribute: "state", oneOf: Array.from({ length: 101 }, (_, n) => n) },
        { attribute: "state", equals: {} as unknown as string },
        { attribute: "count", atMost: Number.NaN },
        { attribute: "count", atMost: 1e200 },
        { attribute: "count", atMost: 1, atLeast: 0 } as Condition<ContractItem>,
        { attribute: "count" } as unknown as Condition<ContractItem>,
      ];
      for (const condition of conditions) {
        await rejectsWith("storage.invalid-query", table.put(item("a", 1), { condition }));
      }
    }),
  );
}
