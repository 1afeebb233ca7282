// What the HTTP layer costs, how fast reads are under many users, and what overload does: `npm run bench:http [seconds]`.
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { createApp } from "@artguard/http";
import { loadServerSettings, startServer } from "@artguard/http/serve";
import { resets, slowSockets, type Uploads, uploadFor, watchHealth } from "./http/overload.ts";
import { type BenchServer, startBenchServer } from "./http/start-bench-server.ts";
import { textTable } from "./report/text-table.ts";

const seconds = Number(process.argv[2] ?? 30);
const picture = readFileSync(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const quantile = (times: readonly number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const milliseconds = (time: number) => `${time.toFixed(1)} ms`;

/** Milliseconds of requests one after another, with a governance that answers at once. */
async function layerCost(): Promise<number[]> {
  const context = {
    principal: { kind: "user", id: "ada" },
    organizations: [],
    roles: [],
    permissions: [],
    traceId: "1".repeat(32),
    authentication: { method: "none", strength: "none" },
  } as const;
  const attempt = async () => ({ ok: true, output: { user_id: "ada" }, context }) as const;
  const governance = { attempt, locate: async () => ({}) };
  const limits = { perCallerPerMinute: 1e7, perAddressPerMinute: 1e7 };
  const server = await startServer(createApp({ governance, limits }), loadServerSettings({ ARTGUARD_HTTP_PORT: "0" }));
  const times = await timed(2000, `${server.url}/v1/user`, {});
  await server.stop();
  return times.slice(times.length / 2);
}

async function timed(count: number, url: string, headers: Record<string, string>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    // A refusal is quick, and no answer to a reader.
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    times.push(performance.now() - start);
  }
  return times;
}

/** Milliseconds of reads by 200 users at once, each with pauses as people make. */
async function manyReaders({ url, key }: BenchServer): Promise<number[]> {
  const headers = { authorization: `Bearer ${key}` };
  const paths = ["/v1/analyses", "/v1/user", "/v1/user/quota", "/v1/api-keys"];
  const reader = async (_: unknown, index: number) => {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      await wait(2000 * Math.random());
      times.push(...(await timed(1, `${url}${paths[(index + round) % paths.length]}`, headers)));
    }
    return times;
  };
  return (await Promise.all(Array.from({ length: 200 }, reader))).flat();
}

async function overload(server: BenchServer) {
  const before = { descriptors: server.descriptors() };
  let isOver = false;
  let peak = 0;
  const health = watchHealth(server, () => {
    peak = Math.max(peak, server.resident());
    return isOver;
  });
  const sockets = slowSockets(server, 300);
  const broken = resets(server, 50);
  const loaded = await uploadFor(server, picture, 64, seconds * 1000);
  await broken;
  isOver = true;
  const times = await health;
  for (const socket of sockets) socket.destroy();
  await wait(6000);
  return { loaded, times, peak, before: before.descriptors, after: server.descriptors() };
}

const statusesOf = ({ statuses }: Uploads) => [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");

const cost = await layerCost();
const server = await startBenchServer();
const readers = await manyReaders(server);
const unloaded = await uploadFor(server, picture, 4, (seconds * 1000) / 3);
const { loaded, times, peak, before, after } = await overload(server);
await server.stop();

console.log(
  textTable(
    ["figure", "measured", "asked"],
    [
      ["a request over loopback, governance answering at once, median", milliseconds(quantile(cost, 0.5)), "≤ 5 ms"],
      ["200 users reading at once, p95", milliseconds(quantile(readers, 0.95)), "< 200 ms"],
      ["unloaded: 4 uploaders", `${unloaded.goodput.toFixed(1)}/s (${statusesOf(unloaded)})`, ""],
      ["overload: 64 uploaders, 300 slow sockets, 50 resets", statusesOf(loaded), "5xx but 503: 0"],
      ["goodput, share of unloaded", (loaded.goodput / unloaded.goodput).toFixed(2), "≥ 0.8"],
      ["/health/live, p99", milliseconds(quantile(times, 0.99)), "≤ 1000 ms"],
      ["most memory", `${Math.round(peak / 1e6)} MB`, "≤ 700 MB"],
      ["file descriptors before and 6 s after", `${before}, ${after}`, "the same"],
    ],
  ),
);
