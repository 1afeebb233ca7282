// The app in whichever host runs this program: Node, Bun or Deno. Says on standard output where it listens and the key of
// its one user.
import { randomBytes } from "node:crypto";
import { type Detector, MemoryObjectStore, MemoryTableStore, userIdOf } from "@artguard/core";
import { newAuditKeyPair, openGovernance } from "@artguard/governance";
import { createApp } from "@artguard/http";

/** Knows nothing of images: this is about the host. */
const detector: Detector = {
  id: "half",
  version: "1.0.0",
  family: "noise",
  detect: () => ({ applicable: true, statistic: 5, regions: [], findings: [] }),
};
/** Wraps nothing: images are not encrypted here. */
const provider = {
  wrap: () => Promise.reject(new Error("no key")),
  unwrap: () => Promise.reject(new Error("no key")),
};
const governance = await openGovernance({
  tables: new MemoryTableStore(),
  objects: new MemoryObjectStore(),
  provider,
  protection: "none",
  signingKey: newAuditKeyPair("example.org/audit").signingKey,
  secret: randomBytes(32),
  detectors: [detector],
  analysis: { isolation: process.argv[2] === "none" ? "none" : "process" },
});
await governance.users.create({ user_id: "ada", email: "ada@example.org" });
const { key } = await governance.apiKeys.create(userIdOf("ada"), "host");
const app = createApp({ governance, onError: (error) => console.error(error) });
const say = (port: number) => console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, key }));

interface Hosts {
  readonly Bun?: { serve(options: { fetch: typeof app.fetch; port: number; hostname: string }): { port: number } };
  readonly Deno?: {
    serve(options: { port: number; hostname: string; onListen(at: { port: number }): void }, fetch: unknown): unknown;
  };
}
const { Bun, Deno } = globalThis as Hosts;
const hostname = "127.0.0.1";
if (Bun) say(Bun.serve({ fetch: app.fetch, port: 0, hostname }).port);
else if (Deno) Deno.serve({ port: 0, hostname, onListen: ({ port }) => say(port) }, app.fetch);
else {
  const { serve } = await import("@hono/node-server");
  serve({ fetch: app.fetch, port: 0, hostname }, ({ port }) => say(port));
}
