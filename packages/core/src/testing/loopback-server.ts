import { once } from "node:events";
import { createServer as createHttp1 } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as a fake got it. */
export interface FakeRequest {
  /** How many came before it. */
  readonly index: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The JSON of its body; undefined when it is empty or no JSON. */
  readonly body: unknown;
}

/** How a fake answers, byte by byte. */
export interface FakeReply {
  /** Waits so long first. */
  readonly delayMs?: number;
  /** Undefined: no head is ever sent, and `end` happens at once. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks?: readonly Uint8Array[];
  /** What comes after the last chunk: the proper end (default), silence, or a broken connection. */
  readonly end?: "close" | "hang" | "reset";
  /** Names of what is wrong with it, for the list of faults that happened. */
  readonly faults?: readonly string[];
}

/** A server on loopback that speaks HTTP/1.1 and HTTP/2 without TLS, as clients of AWS do. */
export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** Names of the faults that were carried out, in order. */
  readonly faults: readonly string[];
}

/** What both protocols' requests and responses have in common. */
interface Incoming extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: FakeRequest["headers"];
}
interface Outgoing {
  readonly destroyed?: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
}

const http2Preface = "PRI * HTTP/2";

/**
 * Starts it on a free port. Dispose of it in the end.
 *
 * @example
 * await using server = await startLoopbackServer(() => ({ status: 200, body: "{}" }));
 */
export async function startLoopbackServer(
  reply: (request: FakeRequest) => FakeReply | Promise<FakeReply>,
): Promise<LoopbackServer> {
  const requests: FakeRequest[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  const stopped = new AbortController();
  const serve = async (incoming: Incoming, response: Outgoing, reset: () => void) => {
    const request = await read(incoming, requests.length);
    requests.push(request);
    const answer = await Promise.resolve(request).then(reply).catch(brokenScript);
    await sleep(answer.delayMs ?? 0, undefined, { signal: stopped.signal });
    faults.push(...(answer.faults ?? []));
    send(response, answer, reset);
  };
  // A client that went away, or the end of the test, ends a reply early: nobody is left to tell.
  const ignore = () => undefined;
  const http1 = createHttp1((request, response) => {
    serve(request, response, () => request.socket.destroy()).catch(ignore);
  });
  const http2 = createHttp2((request, response) => {
    request.stream.on("error", ignore);
    serve(request, response, () => request.stream.session?.destroy()).catch(ignore);
  });
  http2.on("sessionError", ignore);
  const inner = { http1: await listen(http1), http2: await listen(http2) };
  const front = createServer({ noDelay: true }, (socket) => {
    socket.on("error", ignore);
    socket.once("data", (first: Buffer) => {
      const { http1, http2 } = inner;
      passOn(socket, first, first.toString("latin1").startsWith(http2Preface) ? http2 : http1);
    });
    hold(sockets, socket);
  });
  for (const server of [http1, http2]) server.on("connection", (socket: Socket) => hold(sockets, socket));
  return {
    url: `http://127.0.0.1:${await listen(front)}`,
    requests,
    faults,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      const closed = [front, http1, http2].map((server) => once(server, "close"));
      for (const server of [front, http1, http2]) server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** @returns The port. */
async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** Hands a connection to the server of its protocol; when one side breaks, so does the other. */
function passOn(socket: Socket, first: Uint8Array, port: number): void {
  const onward = connect({ port, host: "127.0.0.1", noDelay: true }).on("error", () => undefined);
  onward.write(first);
  socket.pipe(onward).pipe(socket);
  socket.on("close", () => onward.destroy());
  onward.on("close", () => socket.destroy());
}

function hold(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
}

/** A mistake in the script shows in the test. */
function brokenScript(error: unknown): FakeReply {
  return { status: 500, chunks: [Buffer.from(`the script failed: ${error}`)], faults: ["script"] };
}

async function read(incoming: Incoming, index: number): Promise<FakeRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return {
    index,
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    body: parse(Buffer.concat(chunks).toString()),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return;
  }
}

function send(response: Outgoing, { status, headers, chunks = [], end = "close" }: FakeReply, reset: () => void): void {
  if (status !== undefined) {
    response.writeHead(status, { ...headers });
    for (const chunk of chunks) response.write(chunk);
  }
  // What was written leaves before the connection breaks.
  if (end === "reset") setTimeout(reset, 10);
  else if (end === "close") response.end();
}
