import type { EmbeddedServer } from "@artguard/http/serve";

/** Tells the parent process where a server is, and ends it when it says so. */
export function announce(server: EmbeddedServer): void {
  process.stdout.write(`${JSON.stringify({ url: server.url, key: server.firstKey })}\n`);
  process.once("SIGTERM", async () => {
    await server.stop();
    process.exit(0);
  });
}
