import { join } from "node:path";
import type { Analysis, Table, TableQuery } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { documentTable, keyOf, smallRecord } from "./analysis-documents.ts";
import { median } from "./overhead.ts";

const user = "user-0";
const pageSize = 20;

/** Microseconds that a page of 20 of one user's records takes, by where the page begins. */
export interface PageCost {
  readonly records: number;
  readonly newest: number;
  readonly anywhere: number;
  readonly byCursor: number;
}

/** Fills a table with the records of one user, the worst case of the index, and times its pages. */
export async function timePages(folder: string, records: number, pages: number): Promise<PageCost> {
  const store = await sqlite({ path: join(folder, `pages-${records}.db`) });
  const table = await store.open(documentTable);
  for (let first = 0; first < records; first += 1000) {
    const length = Math.min(1000, records - first);
    await table.batchWrite({ put: Array.from({ length }, (_, n) => smallRecord(first + n, user)) });
  }
  const random = pseudoRandom();
  const from = () => ({ atMost: keyOf(pageSize + Math.floor(random() * (records - pageSize))).created_at });
  const cost = {
    records,
    newest: await medianTime(pages, async () => page(table, {})),
    anywhere: await medianTime(pages, async () => page(table, { sort: from() })),
    byCursor: await timeCursor(table, pages),
  };
  await store[Symbol.asyncDispose]();
  return cost;
}

async function page(table: Table<Analysis>, more: Partial<TableQuery<Analysis>>): Promise<string | undefined> {
  const query = { index: "user-index", partition: user, order: "newest_first", limit: pageSize, scope: user } as const;
  const { items, cursor } = await table.query({ ...query, ...more });
  if (items.length !== pageSize) throw new Error(`expected ${pageSize} records, got ${items.length}`);
  return cursor;
}

async function timeCursor(table: Table<Analysis>, pages: number): Promise<number> {
  let cursor = await page(table, {});
  return medianTime(pages, async () => {
    cursor = await page(table, cursor === undefined ? {} : { cursor });
  });
}

async function medianTime(times: number, run: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let count = 0; count < times; count++) {
    const start = performance.now();
    await run();
    taken.push((performance.now() - start) * 1000);
  }
  return median(taken.slice(Math.floor(times / 10)));
}

/** Numbers from 0 to 1, the same in every run (a linear congruential generator, Numerical Recipes). */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
