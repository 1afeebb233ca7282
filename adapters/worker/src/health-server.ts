import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { ArtGuardError } from "@artguard/core";
import type { WorkerHealth } from "./run-worker.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";

/** A server that tells how a worker is. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds for one request to arrive; Node looks for those that have not every 30 s only, unless it is told. */
const timeouts = { requestTimeout: 5000, headersTimeout: 5000, connectionsCheckingInterval: 500 };

/**
 * Starts to answer `/health/live`, `/health/ready` and `/metrics`; anything else is not found.
 *
 * @throws ArtGuardError `worker.cannot-listen` where nobody can listen, for example because the port is taken.
 */
export async function startHealthServer(
  { port, host = "127.0.0.1" }: WorkerHealth,
  metrics: WorkerMetrics,
): Promise<HealthServer> {
  const server = createServer(timeouts, (request, response) => {
    request.resume();
    if (request.url === "/health/live") return send(response, 200, "live");
    if (request.url === "/health/ready") return sendReadiness(response, metrics);
    if (request.url !== "/metrics") return send(response, 404, "not found");
    metrics.text().then(
      (text) => send(response, 200, text),
      () => send(response, 500, "no metrics"),
    );
  });
  await listen(server, port, host);
  const address = server.address();
  const listening = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    throw new ArtGuardError("worker.cannot-listen", `the worker cannot answer at ${host}, port ${port}: ${cause}`, {
      cause,
    });
  }
}

function sendReadiness(response: ServerResponse, { isReady }: WorkerMetrics): void {
  send(response, isReady ? 200 : 503, isReady ? "ready" : "not ready");
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${text.trimEnd()}\n`);
}
