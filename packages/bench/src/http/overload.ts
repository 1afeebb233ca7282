import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { BenchServer } from "./start-bench-server.ts";

/** What came of a time of uploads. */
export interface Uploads {
  /** Answers by their status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Analyses a second that were done: those that were answered, and those accepted before that had ended by then. */
  readonly goodput: number;
  /** Where the analyses are that were accepted to be done later. */
  readonly accepted: readonly string[];
}

/** Who uploads: each caller the next when the last was answered. */
export interface Callers {
  readonly picture: Uint8Array;
  /** Callers that wait for their analyses. */
  readonly waiting: number;
  /** Callers that ask for them to be done later. */
  readonly later?: number;
  readonly ms: number;
}

/** Uploads by callers of both kinds. */
export async function uploadFor(server: BenchServer, { picture, waiting, later = 0, ms }: Callers): Promise<Uploads> {
  const statuses = new Map<number, number>();
  const accepted: string[] = [];
  const end = performance.now() + ms;
  const caller = async (prefer: Record<string, string>) => {
    while (performance.now() < end) {
      const answer = await upload(server, picture, prefer);
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 202) accepted.push(answer.headers.get("location") ?? "");
      if (answer.status === 503) await wait(1000 * Number(answer.headers.get("retry-after") ?? 1));
      // Whoever has not to wait would else fill the store, which is not what is asked.
      if (answer.status === 202) await wait(laterPauseMs);
    }
  };
  const start = performance.now();
  await Promise.all([
    ...Array.from({ length: waiting }, () => caller({})),
    ...Array.from({ length: later }, () => caller({ prefer: "respond-async" })),
  ]);
  const seconds = (performance.now() - start) / 1000;
  const done = (statuses.get(200) ?? 0) + (await completedOf(server, accepted, 0));
  return { statuses, accepted, goodput: done / seconds };
}

/** One upload. */
export function upload(
  { url, key }: Pick<BenchServer, "url" | "key">,
  picture: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(picture)]), "picture.jpg");
  const authorization = `Bearer ${key}`;
  return fetch(`${url}/detect-forgery`, { method: "POST", body: form, headers: { ...headers, authorization } });
}

/** Waits until what was accepted has ended, at most so long; 0 looks once. @returns how many ended as COMPLETED. */
export async function completedOf(
  { url, key }: BenchServer,
  accepted: readonly string[],
  longestMs: number,
): Promise<number> {
  const end = performance.now() + longestMs;
  const headers = { authorization: `Bearer ${key}` };
  const open = new Set(accepted);
  let completed = 0;
  do {
    for (const path of open) {
      const answer = await fetch(`${url}${path}`, { headers });
      const { status } = (await answer.json()) as { status?: string };
      if (status === "PENDING" || status === "PROCESSING") break;
      open.delete(path);
      if (status === "COMPLETED") completed += 1;
    }
    if (open.size > 0 && longestMs > 0) await wait(100);
  } while (open.size > 0 && performance.now() < end);
  return completed;
}

const laterPauseMs = 1000;
const slowHead = "POST /detect-forgery HTTP/1.1\r\nHost: x\r\n";
/** Of somebody who is known: others are answered before their body. */
const slowBody = (key: string) =>
  `${slowHead}Authorization: Bearer ${key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b`;

/** Sockets that send a head or a body and never end it. */
export function slowSockets({ port, key }: BenchServer, count: number): Socket[] {
  return Array.from({ length: count }, (_, index) => opened(port, index % 2 === 0 ? slowHead : slowBody(key)));
}

/** Connections that break off in the middle of their body. */
export async function resets({ port, key }: BenchServer, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const socket = opened(port, slowBody(key));
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
