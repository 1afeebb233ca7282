import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type FakeRetrieve, type FakeRetrieveDocument, fakeRetrieve } from "@artguard/core/testing";

/** The fake on a loopback port of its own. */
export interface RetrieveServer extends AsyncDisposable {
  readonly fake: FakeRetrieve;
  /** Configuration of a client that talks to it. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** What the next requests get instead of an answer: nothing at all, or a closed connection. */
  breakNext(how: "silence" | "reset", times: number): void;
  /** How many requests came. */
  readonly received: number;
}

/** Serves documents as a knowledge base whose id is `ABCDEFGHIJ`, or any other. */
export async function startRetrieve(documents: readonly FakeRetrieveDocument[] = []): Promise<RetrieveServer> {
  const fake = await fakeRetrieve(documents);
  const broken: ("silence" | "reset")[] = [];
  let received = 0;
  const sessions = new Set<ServerHttp2Session>();
  // HTTP/2, as the SDK speaks with this service.
  const server = createServer(async (request, response) => {
    received++;
    const how = broken.shift();
    if (how === "reset") return void request.stream.session?.destroy();
    if (how === "silence") return;
    const [method, path] = [request.method ?? "", request.url ?? ""];
    const { status, headers, body } = await fake.handle({ method, path, body: await text(request) });
    response.writeHead(status, { ...headers }).end(body);
  });
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fake,
    clientConfig: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "ca-central-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
    },
    breakNext: (how, times) => void broken.push(...Array.from({ length: times }, () => how)),
    get received() {
      return received;
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
