// What governance costs: `npm run bench:governance`.
import { auditRate } from "./governance/audit-rate.ts";
import { textTable } from "./report/text-table.ts";

const [rounds, events] = [5, 20_000];

await auditRate(events);
const rates = [];
for (let round = 0; round < rounds; round++) rates.push(await auditRate(events));
rates.sort((a, b) => a.appended - b.appended);
const middle = rates[Math.floor(rounds / 2)]!;

console.log(
  `Audit log in memory, ${events} events, 1,000 calls at once; median of ${rounds} rounds after a warm-up.\n`,
);
const perSecond = (rate: number) => `${Math.round(rate)}/s`;
console.log(
  textTable(
    ["figure", "measured", "asked"],
    [
      ["chained audit events", perSecond(middle.appended), "≥ 20000/s"],
      ["the same per second of processor time", perSecond(middle.appended / middle.busy), ""],
      ["entries verified with a checkpoint", perSecond(middle.verified), ""],
    ],
  ),
);
