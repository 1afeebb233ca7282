import type { Change, Condition, SortRange, TableQuery } from "@artguard/core";
import fc from "fast-check";
import type { Action, Name, Operation, Thing, Write } from "./operations.ts";

/** Stands for the prefix that keeps the sequences apart in one store; see `inNamespace`. */
export const namespaceMark = "§";

/** Seconds after the start of a sequence at which items expire. */
const expiries = [-5, 6, 15, 40];
/** Epoch seconds at which every sequence starts. */
export const startSeconds = 1_700_000_000;

const ids = fc.constantFrom("§a", "§a", "§a", "§b");
const times = fc.constantFrom(1, 2, 3);
const owners = fc.constantFrom("§me", "§you");
const small = fc.constantFrom(0, 1, 2, 3);
const notes = fc.constantFrom("", "n", "né", "note");
const mixed = fc.constantFrom<string | number | boolean>(1, 2, "1", "x", true);

const values = {
  owner: owners,
  rank: small,
  state: fc.constantFrom("§open", "§done"),
  count: small,
  limit: small,
  flag: fc.boolean(),
  mixed,
  note: notes,
  tags: fc.constantFrom<string[]>([], ["x"], ["x", "y"]),
  expires: fc.constantFrom(...expiries).map((seconds) => startSeconds + seconds),
};
const thingKey = fc.record({ id: ids, at: times });
const thing: fc.Arbitrary<Thing> = fc
  .tuple(thingKey, fc.record(values, { requiredKeys: [] }))
  .map(([key, attributes]) => ({ ...key, ...attributes }));
const nameKey = fc.record({ owner: owners, name: fc.constantFrom("a", "a#1", "b", "é") });
const name: fc.Arbitrary<Name> = fc
  .tuple(nameKey, fc.record({ value: small }, { requiredKeys: [] }))
  .map(([key, attributes]) => ({ ...key, ...attributes }));

const compared = { count: small, limit: small, mixed, note: notes, flag: fc.boolean(), state: values.state } as const;
type Compared = keyof typeof compared;
const comparedNames = Object.keys(compared) as Compared[];
const numbers = fc.constantFrom("count", "limit", "mixed", "expires");

/** A value that the attribute may have, or one of any type, or another attribute. */
function operandOf(attribute: Compared): fc.Arbitrary<unknown> {
  const others = comparedNames.filter((other) => other !== attribute).map((other) => ({ attribute: other }));
  return fc.oneof(
    { weight: 6, arbitrary: compared[attribute].filter(isOrdered) },
    { weight: 1, arbitrary: fc.oneof(small, notes) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
}

function isOrdered(value: unknown): boolean {
  return typeof value !== "boolean";
}

function condition(): fc.Arbitrary<Condition<Thing>> {
  const attribute = fc.constantFrom(...comparedNames);
  const operator = fc.constantFrom("equals", "notEquals", "lessThan", "atMost", "greaterThan", "atLeast");
  const comparison = fc
    .constantFrom(...comparedNames.filter((name) => name !== "flag"))
    .chain((left) => fc.tuple(fc.constant(left), operator, operandOf(left)))
    .map(([left, comparator, right]) => ({ attribute: left, [comparator]: right }) as Condition<Thing>);
  const value = fc.oneof(small, notes);
  const leaf: fc.Arbitrary<Condition<Thing>> = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<Condition<Thing>>({ item: "absent" }, { item: "present" }) },
    { weight: 1, arbitrary: fc.record({ attribute, is: fc.constantFrom("absent" as const, "present" as const) }) },
    { weight: 5, arbitrary: comparison },
    { weight: 1, arbitrary: fc.record({ attribute, equals: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ attribute, beginsWith: notes }) },
    { weight: 1, arbitrary: fc.record({ attribute, oneOf: fc.array(value, { minLength: 1, maxLength: 3 }) }) },
  );
  const { node } = fc.letrec<{ node: Condition<Thing> }>((tie) => {
    const parts = fc.array(tie("node"), { minLength: 1, maxLength: 3 });
    const compound = fc.oneof(
      parts.map((all) => ({ all })),
      parts.map((any) => ({ any })),
      tie("node").map((not) => ({ not })),
    );
    return {
      node: fc.oneof(
        { maxDepth: 2, depthSize: "small" },
        { weight: 3, arbitrary: leaf },
        { weight: 1, arbitrary: compound },
      ),
    };
  });
  return node;
}

const maybe = fc.option(condition(), { nil: undefined, freq: 2 });

/** Each attribute at most once: set, added to or removed. */
const change: fc.Arbitrary<Change<Thing>> = fc
  .tuple(
    fc.record(values, { requiredKeys: [] }),
    fc.uniqueArray(numbers, { maxLength: 2 }),
    fc.uniqueArray(fc.constantFrom(...(Object.keys(values) as (keyof typeof values)[])), { maxLength: 2 }),
    fc.constantFrom(-1, 1, 2),
  )
  .map(([set, added, removed, amount]) => {
    const kept = Object.entries(set).filter(([attribute]) => ![...added, ...removed].includes(attribute as "count"));
    const remove = removed.filter((attribute) => !(added as string[]).includes(attribute));
    return { set: Object.fromEntries(kept), add: Object.fromEntries(added.map((of) => [of, amount])), remove };
  });

const write: fc.Arbitrary<Write<Thing>> = fc.oneof(
  fc.record({ do: fc.constant("put" as const), item: thing, condition: maybe }),
  fc.record({ do: fc.constant("update" as const), key: thingKey, change, condition: maybe }),
  fc.record({ do: fc.constant("delete" as const), key: thingKey, condition: maybe }),
);
const thingAction: fc.Arbitrary<Action<Thing>> = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("check" as const), key: thingKey, condition: condition() }) },
);
const nameCondition = fc.constantFrom<Condition<Name>>({ item: "absent" }, { attribute: "value", atMost: 1 });
const nameAction: fc.Arbitrary<Action<Name>> = fc.oneof(
  fc.record({ do: fc.constant("put" as const), item: name, condition: fc.option(nameCondition, { nil: undefined }) }),
  fc.record({ do: fc.constant("update" as const), key: nameKey, change: fc.constant({ add: { value: 1 } }) }),
  fc.record({ do: fc.constant("check" as const), key: nameKey, condition: nameCondition }),
);

function range<Value extends string | number>(value: fc.Arbitrary<Value>): fc.Arbitrary<SortRange> {
  return fc.oneof(
    value.map((equals) => ({ equals })),
    value.map((lessThan) => ({ lessThan })),
    value.map((greaterThan) => ({ greaterThan })),
    fc.record({ atLeast: value, atMost: value }, { requiredKeys: [] }),
  );
}

const paging = {
  order: fc.constantFrom("oldest_first" as const, "newest_first" as const),
  limit: fc.constantFrom(1, 2, 100),
};
const tableQuery: fc.Arbitrary<TableQuery<Thing>> = fc.record(
  {
    partition: ids,
    consistent: fc.constant(true),
    sort: range(times),
    select: fc.constantFrom<("note" | "count" | "id")[]>(["note"], ["id", "count"]),
    ...paging,
  },
  { requiredKeys: ["partition", "consistent"] },
);
const indexQuery: fc.Arbitrary<TableQuery<Thing>> = fc.oneof(
  fc.record(
    { index: fc.constant("owner-index"), partition: owners, sort: range(small), ...paging },
    { requiredKeys: ["index", "partition"] },
  ),
  fc.record(
    { index: fc.constant("state-index"), partition: values.state, ...paging },
    { requiredKeys: ["index", "partition"] },
  ),
);
const nameQuery: fc.Arbitrary<TableQuery<Name>> = fc.record(
  {
    partition: owners,
    consistent: fc.constant(true),
    sort: fc.oneof(
      range(fc.constantFrom("a", "b", "é")),
      fc.constantFrom("a", "a#").map((beginsWith) => ({ beginsWith })),
    ),
    ...paging,
  },
  { requiredKeys: ["partition", "consistent"] },
);
/** Few, so that a sequence comes back to a listing that it left open. */
const listing: fc.Arbitrary<TableQuery<Thing>> = fc.constantFrom(
  { partition: "§a", limit: 1, consistent: true, scope: "one" },
  { partition: "§a", limit: 2, consistent: true, order: "newest_first" },
);

/** Operations by how often they come. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 10, arbitrary: write },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("get" as const), key: thingKey }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("query" as const), query: fc.oneof(tableQuery, indexQuery) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("queryNames" as const), query: nameQuery }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("page" as const), query: listing }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("batchGet" as const), keys: fc.array(thingKey, { maxLength: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("batchWrite" as const),
      put: fc.array(thing, { maxLength: 3 }),
      delete: fc.array(thingKey, { maxLength: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("transact" as const),
      things: fc.array(thingAction, { minLength: 1, maxLength: 3 }),
      names: fc.array(nameAction, { maxLength: 2 }),
      token: fc.option(fc.constantFrom("§t1", "§t2"), { nil: undefined, freq: 2 }),
    }),
  },
);
