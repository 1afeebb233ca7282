// SqliteTable against bare node:sqlite, and the cost of a page in small and large tables: `npm run bench:storage`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figure, textTable } from "./report/text-table.ts";
import { median, quantile, timeOverhead } from "./storage/overhead.ts";
import { timePages } from "./storage/page-cost.ts";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "2000" },
    rounds: { type: "string", default: "60" },
    small: { type: "string", default: "10000" },
    large: { type: "string", default: "100000" },
    pages: { type: "string", default: "400" },
    folder: { type: "string", default: tmpdir() },
  },
});

const folder = mkdtempSync(join(values.folder, "artguard-bench-storage-"));
try {
  await printOverhead(Number(values.records), Number(values.rounds));
  await printPages([Number(values.small), Number(values.large)], Number(values.pages));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function printOverhead(records: number, rounds: number): Promise<void> {
  const { times, documentBytes } = await timeOverhead(folder, records, rounds);
  console.log(
    `Records of a real analysis (${documentBytes} bytes of JSON), ${records} stored; WAL, synchronous=FULL in both.`,
  );
  console.log(`Median of ${rounds} rounds after one warm-up, alternating; ratio = bare / ours, asked ≥ .600.\n`);
  const rows = times.map(({ name, calls, ours, bare, ratios }) => [
    name,
    String(calls),
    ours.toFixed(0),
    bare.toFixed(0),
    figure(bare / ours),
    `${figure(quantile(ratios, 0.1))}–${figure(quantile(ratios, 0.9))}`,
  ]);
  console.log(textTable(["operation", "calls", "SqliteTable µs", "bare µs", "ratio", "rounds, 10–90 %"], rows));
}

async function printPages(sizes: readonly [number, number], pages: number): Promise<void> {
  const costs = [await timePages(folder, sizes[0], pages), await timePages(folder, sizes[1], pages)] as const;
  console.log(`\nA page of 20 of one user's records, median of ${pages} pages; asked: large ≤ 1.5 × small.\n`);
  const rows = (["newest", "anywhere", "byCursor"] as const).map((where) => [
    { newest: "newest first", anywhere: "from anywhere", byCursor: "by cursor" }[where],
    ...costs.map((cost) => cost[where].toFixed(0)),
    (costs[1][where] / costs[0][where]).toFixed(2),
  ]);
  console.log(textTable(["page", ...costs.map(({ records }) => `${records} records, µs`), "ratio"], rows));
  console.log(`Median over the kinds of page: ${median(rows.map((row) => Number(row[3]))).toFixed(2)}.`);
}
