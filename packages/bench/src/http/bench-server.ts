// A server of bench-http in a process of its own: the embedded one, with the detectors that need least time.
import { forensicDetectors } from "@artguard/forensics";
import { loadServerSettings, serve } from "@artguard/http/serve";

const quick: ReadonlySet<string> = new Set(["provenance", "double-quantization"]);
const detectors = forensicDetectors().filter(({ id }) => quick.has(id));
const server = await serve(loadServerSettings(), { detectors });
process.stdout.write(`${JSON.stringify({ url: server.url, key: server.firstKey })}\n`);
process.once("SIGTERM", async () => {
  await server.stop();
  process.exit(0);
});
