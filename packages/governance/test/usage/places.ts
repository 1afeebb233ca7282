import type { TableStore } from "@artguard/core";
import { openUsage, type Plans, type Usage, type UsageOptions, type Use } from "@artguard/governance";
import { expect } from "vitest";

/** 100 queries a month, or 1000; and 2 in all. */
export const plans: Plans = {
  standard: { limits: [{ meter: "queries", limit: 100, period: "month" }] },
  large: { limits: [{ meter: "queries", limit: 1000, period: "month" }] },
  trial: { limits: [{ meter: "queries", limit: 2, period: "ever" }] },
};

let operations = 0;

/** A query of Ada's. */
export function aQuery(more: Partial<Use> = {}): Use {
  operations += 1;
  return {
    operationId: `operation-${operations}`,
    operation: "query.execute",
    meter: "queries",
    quantity: 1,
    subjects: [{ kind: "user", id: "ada" }],
    ...more,
  };
}

/** 200 at the same moment on a limit of 100, of an organisation with whom two people work; and what came of them. */
export async function rush(tables: TableStore, now: () => number, options: Partial<UsageOptions> = {}) {
  const usages = [
    await openUsage({ tables, plans, now, ...options }),
    await openUsage({ tables, plans, now, ...options }),
  ];
  const organization = { kind: "organization", id: "museum" } as const;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, async (_, n) => {
      const person = { kind: "user", id: n % 2 === 0 ? "ada" : "bob" } as const;
      const reservation = await usages[n % 2]!.reserve(aQuery({ subjects: [organization, person] }));
      await reservation.commit();
    }),
  );
  const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  const delivered = await allEvents(usages[0]!);
  return { admitted: 200 - refusals.length, refusals, events: delivered.length, usage: usages[0]! };
}

/** Exactly 100 were admitted, each with an event, and everybody else knows why not. */
export async function expectExactlyOneHundred(tables: TableStore, now: () => number): Promise<void> {
  const { admitted, refusals, events, usage } = await rush(tables, now);
  expect([admitted, events]).toEqual([100, 100]);
  for (const refusal of refusals) expect(refusal).toMatchObject({ code: "usage.limit-exceeded" });
  expect(await usage.consumption({ kind: "organization", id: "museum" })).toMatchObject([{ used: 100 }]);
}

/** Everything in the outbox, delivered. */
export async function allEvents(usage: Usage) {
  const events: string[] = [];
  let delivered: number;
  do {
    delivered = await usage.deliverEvents(async ({ id }) => void events.push(id));
  } while (delivered > 0);
  return events;
}
