import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { JsonValue } from "../detection/detection.ts";

/**
 * What the fake endpoint does with one request:
 *
 * - `answer`: 200 with JSON, after a while where `afterMs` says so (a cold start).
 * - `accept`: 303 to the same path with the query by which Modal names a job; the next request asks for its result.
 * - `redirect`: any redirect; in `to`, `{elsewhere}` is the other origin and `{host}` this one's host.
 * - `status`: an error with a text.
 * - `text`: 200 with a body that need not be JSON.
 * - `reset`: the connection breaks before the answer or within its body.
 * - `hang`: nothing comes, from the start or after a part of the body.
 * - `drip`: a body that comes byte by byte and never gets far.
 * - `flood`: 200 with so many bytes of JSON, announced or not, or packed.
 */
export type FakeModalStep =
  | { readonly kind: "answer"; readonly body: JsonValue; readonly afterMs?: number }
  | { readonly kind: "accept" }
  | { readonly kind: "redirect"; readonly status?: number; readonly to?: string }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reset"; readonly when: "before the answer" | "within the body" }
  | { readonly kind: "hang"; readonly when: "before the answer" | "within the body" }
  | { readonly kind: "drip" }
  | { readonly kind: "flood"; readonly bytes: number; readonly as: "announced" | "unannounced" | "packed" };

/** What a step needs to know of the server. */
export interface StepContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Origin of the other server. */
  readonly elsewhere: string;
  /** Fires when the server is disposed. */
  readonly signal: AbortSignal;
}

const json = { "content-type": "application/json" };
const piece = Buffer.alloc(65_536, " ");

/** Carries a step out; a client that goes away ends it. */
export async function performStep(step: FakeModalStep, context: StepContext): Promise<void> {
  const { request, response, elsewhere, signal } = context;
  switch (step.kind) {
    case "answer":
      if (step.afterMs !== undefined) await sleep(step.afterMs, undefined, { signal });
      response.writeHead(200, json).end(JSON.stringify(step.body));
      return;
    case "text":
      response.writeHead(200, { "content-type": "text/html" }).end(step.text);
      return;
    case "accept": {
      const path = (request.url ?? "/").split("?")[0];
      // A cookie as proxies set them: nobody may send it back.
      const headers = { location: `${path}?__modal_function_call_id=fc-01TEST`, "set-cookie": "session=1" };
      response.writeHead(303, headers).end("See Other");
      return;
    }
    case "redirect": {
      const location = step.to?.replace("{elsewhere}", elsewhere).replace("{host}", request.headers.host ?? "");
      response.writeHead(step.status ?? 303, location === undefined ? {} : { location }).end("redirected");
      return;
    }
    case "status":
      response.writeHead(step.status, { "content-type": "text/plain", ...step.headers }).end(step.text ?? "");
      return;
    case "flood":
      await flood(step, response);
      return;
    case "reset":
    case "hang":
      if (step.when === "within the body") await begin(response);
      if (step.kind === "reset") request.socket.destroy();
      return;
    case "drip":
      response.writeHead(200, json);
      while (!response.closed) {
        response.write(" ");
        await sleep(20, undefined, { signal });
      }
  }
}

/** Sends the head and a part of the body, and sees that they are on their way. */
async function begin(response: ServerResponse): Promise<void> {
  response.writeHead(200, { ...json, "content-length": "1000" });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  response.write('{"status":', resolve);
  await promise;
}

async function flood({ bytes, as }: Extract<FakeModalStep, { kind: "flood" }>, response: ServerResponse) {
  if (as === "packed") {
    response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(bytes, " ")));
    return;
  }
  response.writeHead(200, as === "announced" ? { ...json, "content-length": String(bytes) } : json);
  for (let sent = 0; sent < bytes && !response.closed; sent += piece.length) {
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
}
