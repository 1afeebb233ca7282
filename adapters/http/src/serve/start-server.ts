import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import type { ServerSettings } from "./server-settings.ts";

/** A server that listens. */
export interface RunningServer {
  /** Where it is to be reached, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no more connections, lets requests in flight end for at most `drainMs`, then closes what is left. */
  stop(): Promise<void>;
}

/** How often the server looks for connections that are too slow, or idle while it ends. */
const [checkMs, sweepMs] = [500, 50];
const keepAliveMs = 5000;
const maxConnections = 2000;
/** Longer than between two heartbeats of an event stream: who reads takes something in this time. */
const longestStallMs = 30_000;
/** Requests of one connection that are answered at the same time; clients of today send one after the other. */
const longestPipeline = 4;
/** A cursor has its place in the head of a request. */
const longestHead = 32 * 2 ** 10;

/** How a server listens. */
export interface Listening
  extends Pick<ServerSettings, "host" | "port" | "headersTimeoutMs" | "requestTimeoutMs" | "drainMs"> {
  /** Milliseconds after which a reader that takes nothing of its answer is closed; default 30 000. */
  readonly stalledMs?: number;
}

/**
 * Serves an app with Node. Slow senders and readers are closed after the timeouts of the settings.
 *
 * @example
 * const settings = loadServerSettings(process.env);
 * await using embedded = await openEmbedded(settings);
 * const server = await startServer(embedded.app, settings);
 * process.once("SIGTERM", () => server.stop());
 */
export async function startServer(
  app: Pick<Hono<AppEnvironment>, "fetch">,
  settings: Listening,
): Promise<RunningServer> {
  const { host, port, headersTimeoutMs, requestTimeoutMs, drainMs, stalledMs = longestStallMs } = settings;
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const pipelines = new Pipelines();
  const options = {
    // Set later, they would be looked at every 30 s only.
    connectionsCheckingInterval: checkMs,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: longestHead,
  };
  const server = createServer(options, (request, response) => {
    if (!pipelines.admits(request.socket, response)) return;
    closeWhenStalled(response, stalledMs);
    void answer(request, response);
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), stop: () => stop(server, drainMs) };
}

/** Closes connections that ask on and on without taking an answer: each answer would be held in memory. */
class Pipelines {
  readonly #open = new WeakMap<Socket, number>();

  admits(socket: Socket, response: ServerResponse): boolean {
    const open = (this.#open.get(socket) ?? 0) + 1;
    this.#open.set(socket, open);
    response.once("close", () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (open > longestPipeline) socket.destroy();
    return open <= longestPipeline;
  }
}

/** Who waits for an answer is as silent as who does not take it: only the latter has bytes before them. */
function closeWhenStalled(response: ServerResponse, stalledMs: number): void {
  response.setTimeout(stalledMs, () => {
    const { socket } = response;
    if (socket && socket.writableLength > 0) socket.destroy();
    else socket?.setTimeout(stalledMs);
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function stop(server: Server, drainMs: number): Promise<void> {
  const controller = new AbortController();
  const closed = new Promise<void>((resolve) => server.close(() => resolve())).then(() => controller.abort());
  const { signal } = controller;
  for (let waited = 0; waited < drainMs && !signal.aborted; waited += sweepMs) {
    server.closeIdleConnections();
    await wait(sweepMs, undefined, { signal }).catch(() => undefined);
  }
  server.closeAllConnections();
  await closed;
}
