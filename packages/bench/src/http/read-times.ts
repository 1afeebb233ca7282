import { setTimeout as wait } from "node:timers/promises";
import { createApp } from "@artguard/http";
import { loadServerSettings, startServer } from "@artguard/http/serve";
import type { BenchServer } from "./start-bench-server.ts";

/** Milliseconds of requests one after another, with a governance that answers at once. */
export async function layerCost(): Promise<number[]> {
  const context = {
    principal: { kind: "user", id: "ada" },
    organizations: [],
    roles: [],
    permissions: [],
    traceId: "1".repeat(32),
    authentication: { method: "none", strength: "none" },
  } as const;
  const attempt = async () => ({ ok: true, output: { user_id: "ada" }, context }) as const;
  const recognize = async () => ({ ok: true, context }) as const;
  const governance = { attempt, recognize, locate: async () => ({}) };
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
export async function manyReaders({ url, key }: BenchServer): Promise<number[]> {
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
