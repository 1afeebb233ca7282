import type { Server } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
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
/** A cursor has its place in the head of a request. */
const longestHead = 32 * 2 ** 10;

/**
 * Serves an app with Node. Slow senders are closed after the timeouts of the settings.
 *
 * @example
 * const settings = loadServerSettings(process.env);
 * await using embedded = await openEmbedded(settings);
 * const server = await startServer(embedded.app, settings);
 * process.once("SIGTERM", () => server.stop());
 */
export async function startServer(
  app: Pick<Hono<AppEnvironment>, "fetch">,
  settings: Pick<ServerSettings, "host" | "port" | "headersTimeoutMs" | "requestTimeoutMs" | "drainMs">,
): Promise<RunningServer> {
  const { host, port, headersTimeoutMs, requestTimeoutMs, drainMs } = settings;
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      // Set later, they would be looked at every 30 s only.
      connectionsCheckingInterval: checkMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: longestHead,
    },
  }) as Server;
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), stop: () => stop(server, drainMs) };
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
