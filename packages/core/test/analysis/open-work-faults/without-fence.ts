import type { Condition, Table } from "../../../src/storage/table.ts";
import type { TableStore, TransactAction } from "../../../src/storage/table-store.ts";

/** The same store for writers that do not ask whether their claim is the latest: a mutant that the test must notice. */
export function withoutFence(store: TableStore): TableStore {
  return {
    open: async (definition) => unfencedTable(await store.open(definition)),
    transact: (actions, options) => store.transact(actions.map(unfencedAction), options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function unfencedTable<Item extends object>(table: Table<Item>): Table<Item> {
  return new Proxy(table, {
    get(target, name) {
      if (name === "update") {
        const update: Table<Item>["update"] = (key, change, options = {}) =>
          target.update(
            key,
            change,
            options.condition ? { ...options, condition: unfenced(options.condition) } : options,
          );
        return update;
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function unfencedAction(action: TransactAction): TransactAction {
  const { write } = action;
  return "condition" in write && write.condition
    ? { ...action, write: { ...write, condition: unfenced(write.condition) } }
    : action;
}

function unfenced<Item>(condition: Condition<Item>): Condition<Item> {
  if ("all" in condition) return { all: condition.all.map(unfenced) };
  return "attribute" in condition && condition.attribute === "fence" ? { item: "present" } : condition;
}
