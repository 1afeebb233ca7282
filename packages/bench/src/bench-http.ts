// What the HTTP layer costs, how fast reads are under many users, what overload does, and how long workflow A takes with a
// model: `npm run bench:http [seconds]`.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { completedOf, resets, slowSockets, type Uploads, uploadFor, watchHealth } from "./http/overload.ts";
import { layerCost, manyReaders } from "./http/read-times.ts";
import { type BenchServer, startBenchServer } from "./http/start-bench-server.ts";
import { timeWorkflowA } from "./http/workflow-a.ts";
import { textTable } from "./report/text-table.ts";

const seconds = Number(process.argv[2] ?? 30);
const picture = readFileSync(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const quantile = (times: readonly number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const milliseconds = (time: number) => `${time.toFixed(1)} ms`;

/** Longer than the server keeps a connection on which nobody asks. */
const keptMs = 6000;

async function overload(server: BenchServer) {
  // Kept connections of whoever asked before end first: counted here, they would hide as many that are lost below.
  await wait(keptMs);
  const before = server.descriptors();
  let isOver = false;
  let peak = 0;
  const health = watchHealth(server, () => {
    peak = Math.max(peak, server.resident());
    return isOver;
  });
  const sockets = slowSockets(server, 300);
  const broken = resets(server, 50);
  const loaded = await uploadFor(server, { picture, waiting: 64, later: 4, ms: seconds * 1000 });
  await broken;
  isOver = true;
  const times = await health;
  for (const socket of sockets) socket.destroy();
  const completed = await completedOf(server, loaded.accepted, 10_000 + seconds * 2000);
  await wait(keptMs);
  return { loaded, times, peak, completed, before, after: server.descriptors() };
}

const statusesOf = ({ statuses }: Uploads) => [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");
const inSeconds = (time: number) => `${(time / 1000).toFixed(2)} s`;

const cost = await layerCost();
const server = await startBenchServer();
const readers = await manyReaders(server);
// As many as fill the machine: what each core works on, and what is read meanwhile.
const filling = 2 * availableParallelism() + 4;
// What a first upload loads is no part of it.
await uploadFor(server, { picture, waiting: filling, ms: 1000 });
const unloaded = await uploadFor(server, { picture, waiting: filling, ms: (seconds * 1000) / 2 });
const { loaded, times, peak, completed, before, after } = await overload(server);
await server.stop();
const workflow = await timeWorkflowA(Math.max(5, Math.round(seconds)));

const failures = [...loaded.statuses].filter(([status]) => status >= 500 && status !== 503);
console.log(
  textTable(
    ["figure", "measured", "asked"],
    [
      ["a request over loopback, governance answering at once, median", milliseconds(quantile(cost, 0.5)), "≤ 5 ms"],
      ["200 users reading at once, p95", milliseconds(quantile(readers, 0.95)), "< 200 ms"],
      [`unloaded: ${filling} uploaders`, `${unloaded.goodput.toFixed(1)}/s (${statusesOf(unloaded)})`, ""],
      ["overload: 64 uploaders, 4 asynchronous, 300 slow sockets, 50 resets", statusesOf(loaded), ""],
      ["  5xx but 503", `${failures.reduce((sum, [, count]) => sum + count, 0)}`, "0"],
      ["  of the 202 completed", `${completed} of ${loaded.accepted.length}`, "all"],
      ["  goodput, share of unloaded", (loaded.goodput / unloaded.goodput).toFixed(2), "≥ 0.8"],
      ["  /health/live, p99", milliseconds(quantile(times, 0.99)), "≤ 1000 ms"],
      ["  most memory", `${Math.round(peak / 1e6)} MB`, "≤ 700 MB"],
      ["  file descriptors 6 s after the last request, before and after", `${before}, ${after}`, "the same"],
      [
        `workflow A, 2 MP, model of 1.5 s, ${workflow.total.length} uploads: p50`,
        inSeconds(quantile(workflow.total, 0.5)),
        "",
      ],
      ["  p95", inSeconds(quantile(workflow.total, 0.95)), "≤ 5 s"],
      ...[...workflow.stages].map(([stage, elapsed]) => {
        const share = quantile(elapsed, 0.5) / quantile(workflow.total, 0.5);
        return [
          `  stage ${stage}, p50 and share`,
          `${inSeconds(quantile(elapsed, 0.5))}, ${Math.round(100 * share)} %`,
          "",
        ];
      }),
      ["  the model was asked", `${workflow.calls} times`, ""],
    ],
  ),
);
