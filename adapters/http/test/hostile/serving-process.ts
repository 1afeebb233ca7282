import { loadServerSettings, openEmbedded, startServer } from "@artguard/http/serve";

// A server in a process of its own, so that its memory and descriptors can be seen. Prints its URL and its key.
const settings = loadServerSettings();
const onError = (error: unknown) => console.error("UNEXPECTED", error);
process.on("unhandledRejection", onError);
const embedded = await openEmbedded({ ...settings, detectors: [], onError });
const server = await startServer(embedded.app, { ...settings, stalledMs: 1000 });
process.once("SIGTERM", async () => {
  await server.stop();
  await embedded[Symbol.asyncDispose]();
});
console.log(`${server.url} ${embedded.firstKey}`);
