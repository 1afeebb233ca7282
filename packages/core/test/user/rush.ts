import type { TableStore } from "@artguard/core";
import { expect } from "vitest";
import { ada, openUsers, pendingAnalysis, testClock } from "./stores.ts";

/** 500 requests at the same moment on a quota of 100, and what came of them. */
export async function rush(make: (now: () => number) => Promise<TableStore>) {
  const clock = testClock();
  await using store = await make(clock.now);
  const { admissions, analyses, repository } = await openUsers(clock, store);
  await repository.create({ user_id: ada, email: "ada@example.org", monthly_quota: 100 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 500 }, () => admissions.admit({ analysis: pendingAnalysis(ada, clock.now()) })),
  );
  const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  const { items } = await analyses.query({ index: "user-index", partition: ada, limit: 1000 });
  return { admitted: 500 - refusals.length, refusals, user: await repository.get(ada), stored: items.length };
}

/** Exactly 100 got in, and everybody else knows why not. */
export async function expectExactlyOneHundred(make: (now: () => number) => Promise<TableStore>): Promise<void> {
  const { admitted, refusals, user, stored } = await rush(make);
  expect([admitted, stored, user.quota_used, user.total_uploads]).toEqual([100, 100, 100, 100]);
  for (const refusal of refusals) expect(refusal).toEqual(expect.objectContaining({ code: "user.quota-exceeded" }));
}

/** What a careless engineer would have written: increments without their condition. */
export function withoutConditions(store: TableStore): TableStore {
  return {
    open: (definition) => store.open(definition),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    transact: (actions, options) =>
      store.transact(
        actions.map((action) => {
          if (action.write.kind !== "update") return action;
          const { condition: _, ...write } = action.write;
          return { ...action, write };
        }),
        options,
      ),
  };
}
