import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { BenchServer } from "./start-bench-server.ts";

/** What came of a time of uploads. */
export interface Uploads {
  /** Answers by their status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Analyses a second. */
  readonly goodput: number;
}

/** Uploads by a number of callers, each the next when the last was answered. */
export async function uploadFor(
  server: BenchServer,
  picture: Uint8Array,
  callers: number,
  ms: number,
): Promise<Uploads> {
  const statuses = new Map<number, number>();
  const end = performance.now() + ms;
  const caller = async () => {
    while (performance.now() < end) {
      const form = new FormData();
      form.set("file", new Blob([new Uint8Array(picture)]), "picture.jpg");
      const headers = { authorization: `Bearer ${server.key}` };
      const answer = await fetch(`${server.url}/detect-forgery`, { method: "POST", body: form, headers });
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 503) await wait(1000 * Number(answer.headers.get("retry-after") ?? 1));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  return { statuses, goodput: (statuses.get(200) ?? 0) / ((performance.now() - start) / 1000) };
}

const slowHead = "POST /detect-forgery HTTP/1.1\r\nHost: x\r\n";
const slowBody = `${slowHead}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b`;

/** Sockets that send a head or a body and never end it. */
export function slowSockets({ port }: BenchServer, count: number): Socket[] {
  return Array.from({ length: count }, (_, index) => opened(port, index % 2 === 0 ? slowHead : slowBody));
}

/** Connections that break off in the middle of their body. */
export async function resets({ port }: BenchServer, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const socket = opened(port, slowBody);
    await wait(50);
    socket.resetAndDestroy();
  }
}

function opened(port: number, text: string): Socket {
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  socket.on("error", () => undefined);
  return socket;
}

/** Asks for its health until it is told to stop. @returns the milliseconds of each answer. */
export async function watchHealth({ url }: BenchServer, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const start = performance.now();
    const answer = await fetch(`${url}/health/live`);
    await answer.arrayBuffer();
    times.push(performance.now() - start);
    await wait(50);
  }
  return times;
}
