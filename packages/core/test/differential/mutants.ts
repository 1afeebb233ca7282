import type { Condition, Table, TableStore } from "@artguard/core";

type Calls = Pick<Table<never>, "put" | "update" | "delete" | "query" | "batchWrite">;

/** A store whose tables treat some calls in another way than the port says. */
function withCalls(change: (table: Table<never>) => Partial<Calls>): (store: TableStore) => TableStore {
  return (store) => ({
    ...plain(store),
    open: async (definition) => {
      const table = await store.open(definition);
      return { ...plainTable(table), ...change(table as unknown as Table<never>) } as unknown as typeof table;
    },
  });
}

function plain(store: TableStore): TableStore {
  return {
    open: (definition) => store.open(definition),
    transact: (actions, options) => store.transact(actions, options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function plainTable<Item extends object>(table: Table<Item>): Table<Item> {
  return {
    definition: table.definition,
    get: (...args) => table.get(...args),
    put: (...args) => table.put(...args),
    update: (...args) => table.update(...args),
    delete: (...args) => table.delete(...args),
    query: (query) => table.query(query),
    batchGet: (...args) => table.batchGet(...args),
    batchWrite: (...args) => table.batchWrite(...args),
    deleteExpired: (...args) => table.deleteExpired(...args),
  };
}

/** A condition with one kind of part replaced, however deep it lies. */
function replaced(
  condition: Condition<never>,
  replace: (part: Condition<never>) => Condition<never>,
): Condition<never> {
  if ("all" in condition) return { all: condition.all.map((part) => replaced(part, replace)) };
  if ("any" in condition) return { any: condition.any.map((part) => replaced(part, replace)) };
  if ("not" in condition) return { not: replaced(condition.not, replace) };
  return replace(condition);
}

function withConditions(replace: (part: Condition<never>) => Condition<never>) {
  const altered = <Options extends { condition?: Condition<never> }>(options?: Options) =>
    options?.condition ? { ...options, condition: replaced(options.condition, replace) } : options;
  return withCalls((table) => ({
    put: (item, options) => table.put(item, altered(options)),
    update: (key, change, options) => table.update(key, change, altered(options)),
    delete: (key, options) => table.delete(key, altered(options)),
  }));
}

/** Wrong stores by what is wrong with them. */
export const mutants: Readonly<Record<string, (store: TableStore) => TableStore>> = {
  "takes notEquals of an absent attribute for false": withConditions((part) =>
    "notEquals" in part ? { all: [{ attribute: part.attribute, is: "present" }, part] } : part,
  ),
  "takes lessThan for atMost": withConditions((part) =>
    "lessThan" in part ? { attribute: part.attribute, atMost: part.lessThan } : part,
  ),
  "adds twice": withCalls((table) => ({
    update: async (key, change, options) => {
      const updated = await table.update(key, change, options);
      return change.add && Object.keys(change.add).length > 0 ? table.update(key, { add: change.add }) : updated;
    },
  })),
  "knows no newest_first": withCalls((table) => ({
    query: ({ order: _, ...query }) => table.query(query),
  })),
  "forgets the last delete of a batch": withCalls((table) => ({
    batchWrite: ({ put = [], delete: keys = [] }) => table.batchWrite({ put, delete: keys.slice(0, -1) }),
  })),
  "forgets tokens": (store) => ({ ...plain(store), transact: (actions) => store.transact(actions) }),
};
