import { streamSSE } from "hono/streaming";
import type { RequestContext } from "../app-context.ts";
import type { LiveEvent } from "./live-analyses.ts";

const heartbeatMs = 15_000;

/** Sends events as they come; a comment now and then keeps proxies from closing the connection. */
export function eventStream(c: RequestContext, events: AsyncIterable<LiveEvent>): Response {
  // nginx would hold the events back.
  c.header("X-Accel-Buffering", "no");
  const response = streamSSE(c, async (stream) => {
    const heartbeat = setInterval(() => void stream.write(": still here\n\n"), heartbeatMs);
    try {
      for await (const { id, type, data } of events) {
        if (stream.aborted) return;
        await stream.writeSSE({ id, event: type, data });
      }
    } finally {
      clearInterval(heartbeat);
    }
  });
  // Hono's own would let caches keep it.
  response.headers.set("Cache-Control", "no-store");
  return response;
}
