/*
 * ArtGuard in a folder, which takes images of any size, over HTTP. Prints its URL and an API key. Arguments: the folder,
 * and `streamed` or `buffered`: the mutant reads each body into memory first.
 */
import { setFlagsFromString } from "node:v8";

// As `artguard serve` does, before anything is loaded: V8 frees buffers with its young generation, which then stays small.
setFlagsFromString("--semi-space-growth-factor=1");
const { userIdOf } = await import("@artguard/core");
const { openFolderPlace, openGovernance } = await import("@artguard/governance");
const { createApp } = await import("@artguard/http");
const { startServer } = await import("@artguard/http/serve");

const [path = "", kind = "streamed"] = process.argv.slice(2);
const governance = await openGovernance({
  ...(await openFolderPlace(path)),
  detectors: [],
  analysis: { limits: { maxBytes: 2 ** 28 } },
});
const { user_id } = await governance.users.create({ user_id: "ada", email: "ada@example.org" });
const { key } = await governance.apiKeys.create(userIdOf(user_id), "test");
const app = createApp({ governance });

async function buffered(request: Request): Promise<Response> {
  const body = request.body ? await request.arrayBuffer() : null;
  return app.fetch(new Request(request.url, { method: request.method, headers: request.headers, body }));
}

const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 300_000, drainMs: 1000 };
const server = await startServer({ fetch: kind === "buffered" ? buffered : app.fetch }, settings);
console.log(JSON.stringify({ url: server.url, key }));
