import { join } from "node:path";
import type { Analysis, Table } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { documentTable, keyOf, record, recordOfExample, userOf } from "./analysis-documents.ts";
import { BareStore } from "./bare-store.ts";

/** One operation, done by the table and by hand. */
interface Operation {
  readonly name: string;
  /** Calls in one round. */
  readonly calls: number;
  ours(n: number): Promise<unknown>;
  bare(n: number): unknown;
}

/** Times of one operation. */
export interface OperationTimes {
  readonly name: string;
  readonly calls: number;
  /** Median over the rounds, microseconds a call. */
  readonly ours: number;
  readonly bare: number;
  /** How many times as fast the table is as the bare one, by round. */
  readonly ratios: readonly number[];
}

/** Times the table against bare node:sqlite, alternately in `rounds` rounds of which the first is a warm-up. */
export async function timeOverhead(
  folder: string,
  records: number,
  rounds: number,
): Promise<{ times: OperationTimes[]; documentBytes: number }> {
  const model = await recordOfExample();
  const store = await sqlite({ path: join(folder, "ours.db") });
  const table = await store.open(documentTable);
  const bare = new BareStore(join(folder, "bare.db"));
  for (let n = 0; n < records; n++) bare.put(record(model, n));
  await table.batchWrite({ put: Array.from({ length: records }, (_, n) => record(model, n)) });
  const times: OperationTimes[] = [];
  for (const operation of operations(table, bare, model, records)) times.push(await timed(operation, rounds));
  bare.close();
  await store[Symbol.asyncDispose]();
  return { times, documentBytes: JSON.stringify(model).length };
}

function operations(table: Table<Analysis>, bare: BareStore, model: Analysis, records: number): Operation[] {
  const query = (n: number) =>
    ({ index: "user-index", partition: userOf(n), order: "newest_first", limit: 25, scope: userOf(n) }) as const;
  return [
    {
      name: "get by key",
      calls: 100,
      ours: (n) => table.get(keyOf((n * 7919) % records)),
      bare: (n) => bare.get(keyOf((n * 7919) % records)),
    },
    {
      name: "put, new",
      calls: 20,
      ours: (n) => table.put(record(model, records + n)),
      bare: (n) => bare.put(record(model, records + n)),
    },
    {
      name: "put, replacing",
      calls: 20,
      ours: (n) => table.put(record(model, n % records)),
      bare: (n) => bare.put(record(model, n % records)),
    },
    {
      name: "25 rows of an index",
      calls: 8,
      ours: (n) => table.query(query(n)),
      bare: (n) => bare.newestOf(userOf(n), 25),
    },
  ];
}

async function timed({ name, calls, ours, bare }: Operation, rounds: number): Promise<OperationTimes> {
  const [oursTimes, bareTimes]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const first = round * calls;
    const runs = [
      async () => oursTimes.push(await perCall(first, calls, ours)),
      async () => bareTimes.push(await perCall(first, calls, bare)),
    ];
    // Who goes first changes, so that neither always finds the machine as the other left it.
    for (const run of round % 2 === 0 ? runs : runs.reverse()) await run();
  }
  const [ourRounds, bareRounds] = [oursTimes.slice(1), bareTimes.slice(1)];
  const ratios = ourRounds.map((time, round) => bareRounds[round]! / time);
  return { name, calls: calls * rounds, ours: median(ourRounds), bare: median(bareRounds), ratios };
}

async function perCall(first: number, calls: number, run: (n: number) => unknown): Promise<number> {
  const start = performance.now();
  for (let n = first; n < first + calls; n++) await run(n);
  return ((performance.now() - start) / calls) * 1000;
}

/** The middle of the sorted values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
