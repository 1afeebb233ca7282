import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What became of a call. */
type Outcome =
  | { readonly payload: unknown }
  /** The handler rejected, or the module could not be loaded. */
  | { readonly error: { readonly errorType: string; readonly errorMessage: string } };

/** The Runtime API of Lambda (2018-06-01) on loopback, as one execution environment sees it. */
export interface RuntimeApi extends AsyncDisposable {
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Resolves when the function was loaded and asks for its first event. */
  readonly loaded: Promise<void>;
  /** Calls the function. Calls wait for each other, as they do in one execution environment. */
  invoke(event: unknown, options?: { readonly timeoutMs?: number }): Promise<Outcome>;
}

interface Pending {
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly settle: (outcome: Outcome) => void;
}

const version = "/2018-06-01/runtime";

/** Starts it on a free port; the runtime of a function then asks it for work. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: Pending[] = [];
  const underWay = new Map<string, Pending>();
  const loaded = Promise.withResolvers<void>();
  let asking: ServerResponse | undefined;
  let calls = 0;
  let failedInit: Outcome | undefined;

  const deliver = () => {
    if (!asking || waiting.length === 0) return;
    const call = waiting.shift()!;
    const id = `00000000-0000-4000-8000-${String(calls++).padStart(12, "0")}`;
    underWay.set(id, call);
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(Date.now() + call.timeoutMs),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:ca-central-1:111122223333:function:artguard",
    });
    asking.end(JSON.stringify(call.event));
    asking = undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === `${version}/invocation/next`) {
      asking = response;
      loaded.resolve();
      return deliver();
    }
    const body = await textOf(request);
    response.writeHead(202).end();
    if (pathname === `${version}/init/error`) {
      failedInit = { error: JSON.parse(body) };
      for (const { settle } of waiting.splice(0)) settle(failedInit);
      return;
    }
    const [, id = "", kind] = /invocation\/([^/]+)\/(response|error)$/.exec(pathname) ?? [];
    const content: unknown = body === "" ? null : JSON.parse(body);
    underWay.get(id)?.settle(kind === "error" ? { error: content as never } : { payload: content });
    underWay.delete(id);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no port");
  return {
    address: `127.0.0.1:${address.port}`,
    loaded: loaded.promise,
    invoke: (event, { timeoutMs = 60_000 } = {}) =>
      new Promise((settle) => {
        if (failedInit) return settle(failedInit);
        waiting.push({ event, timeoutMs, settle });
        deliver();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
