import type { ObjectStore, Table, TableStore } from "@artguard/core";

/** Called before each call of a store. */
export type BeforeCall = (call: string, parameters: readonly unknown[]) => void;

/** The same store, with something happening before each call: a count, a crash, a delay. */
export function watchedObjects(objects: ObjectStore, before: BeforeCall): ObjectStore {
  return watched(objects, "objects", before);
}

/** As {@link watchedObjects}; the tables it opens are watched too. */
export function watchedTables(store: TableStore, before: BeforeCall): TableStore {
  return new Proxy(watched(store, "store", before), {
    get: (target, name) => {
      if (name !== "open") return bound(target, name);
      return async (definition: Parameters<TableStore["open"]>[0]) => {
        const table: Table<object> = await store.open(definition);
        return watched(table, definition.name, before);
      };
    },
  });
}

/** A {@link BeforeCall} that lets `calls` calls through and then fails every one, as if the process were gone. */
export function crashAfter(calls: number): BeforeCall {
  let left = calls;
  return (call) => {
    if (left-- <= 0) throw new Error(`crashed before ${call}`);
  };
}

function watched<Target extends object>(target: Target, label: string, before: BeforeCall): Target {
  return new Proxy(target, {
    get: (inner, name) => {
      const member = bound(inner, name);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...parameters: unknown[]) => {
        before(`${label}.${name}`, parameters);
        return (member as (...all: unknown[]) => unknown)(...parameters);
      };
    },
  });
}

function bound(target: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name);
  return typeof member === "function" ? member.bind(target) : member;
}
