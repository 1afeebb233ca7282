import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type FakeModalStep, performStep } from "./fake-modal-step.ts";

/** A request as it arrived. */
export interface FakeModalRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An endpoint on a free loopback port that behaves as Modal's proxy and a model behind it. */
export interface FakeModal extends AsyncDisposable {
  readonly endpoint: string;
  /** What the endpoint expects in `Modal-Key` and `Modal-Secret`. */
  readonly credentials: { readonly key: string; readonly secret: string };
  /** Requests to the endpoint, in order; those without the right credentials are answered 401 as Modal does. */
  readonly requests: readonly FakeModalRequest[];
  /** Requests to another origin, which answers as if it were the endpoint. */
  readonly elsewhere: readonly FakeModalRequest[];
  /** Steps of the script that were begun. */
  readonly begun: readonly FakeModalStep[];
  /** Answers that the client ended before they were complete. */
  readonly cut: number;
  /** Waits until so many steps of the script were begun. */
  reached(steps: number): Promise<void>;
  /** Waits until no answer is under way. */
  settled(): Promise<void>;
}

/** What the fake does: one step a request, the last one again and again. */
export interface FakeModalOptions {
  readonly script: readonly [FakeModalStep, ...FakeModalStep[]];
}

const credentials = { key: "wk-fake", secret: "ws-fake-secret" };

/**
 * Starts a fake endpoint of Modal with faults as scripted.
 *
 * @example
 * import { modal } from "@artguard/core/modal";
 *
 * await using fake = await startFakeModal({ script: [{ kind: "accept" }, { kind: "hang", when: "before the answer" }] });
 * const detector = modal({ endpoint: fake.endpoint, ...fake.credentials });
 */
export async function startFakeModal({ script }: FakeModalOptions): Promise<FakeModal> {
  const requests: FakeModalRequest[] = [];
  const elsewhere: FakeModalRequest[] = [];
  const begun: FakeModalStep[] = [];
  const stop = new AbortController();
  const progress = new EventEmitter();
  const underWay = new Set<Promise<unknown>>();
  let cut = 0;

  const other = await listening(async (request, response) => {
    elsewhere.push(await received(request));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answerFromElsewhere));
  });
  const server = await listening(async (request, response) => {
    const answering = ended(response).then((complete) => {
      if (!complete) cut++;
    });
    underWay.add(answering);
    const arrived = await received(request);
    requests.push(arrived);
    const refusal = refusalOf(arrived);
    if (refusal !== undefined) {
      response.writeHead(401, { "content-type": "text/plain" }).end(refusal);
      return;
    }
    const step = script[Math.min(begun.length, script.length - 1)] ?? script[0];
    begun.push(step);
    progress.emit("begun");
    await performStep(step, { request, response, elsewhere: originOf(other), signal: stop.signal });
  });

  return {
    endpoint: `${originOf(server)}/detect`,
    credentials,
    requests,
    elsewhere,
    begun,
    get cut() {
      return cut;
    },
    async reached(steps) {
      while (begun.length < steps) await once(progress, "begun");
    },
    async settled() {
      await Promise.all(underWay);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all([closed(server), closed(other)]);
    },
  };
}

/** The other origin would be believed if it were asked. */
const answerFromElsewhere = { status: "ok", score: 0.01, model: "elsewhere", version: "1" };

/** Whether the answer was complete when it ended. */
async function ended(response: ServerResponse): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // What is written to a client that went away is an error of no one.
  response.on("error", () => resolve()).once("close", resolve);
  await promise;
  return response.writableFinished;
}

/** What Modal's proxy says to a request without the right token. */
function refusalOf({ headers }: FakeModalRequest): string | undefined {
  const [key, secret] = [headers["modal-key"], headers["modal-secret"]];
  if (key === undefined || secret === undefined) return "modal-http: missing credentials for proxy authorization\n";
  if (key === credentials.key && secret === credentials.secret) return undefined;
  return "modal-http: invalid credentials for proxy authorization\n";
}

async function received(request: IncomingMessage): Promise<FakeModalRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? "", url: request.url ?? "", headers, body: new Uint8Array(Buffer.concat(chunks)) };
}

async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  // A client that went away, or the end of the server, ends what was being done for it.
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

async function closed(server: Server): Promise<void> {
  const end = once(server, "close");
  server.close();
  server.closeAllConnections();
  await end;
}
