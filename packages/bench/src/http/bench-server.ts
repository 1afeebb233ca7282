// A server of bench-http in a process of its own: the embedded one, with the detectors that need least time.
import { forensicDetectors } from "@artguard/forensics";
import { loadServerSettings, serve } from "@artguard/http/serve";
import { announce } from "./announce.ts";

const quick: ReadonlySet<string> = new Set(["provenance", "double-quantization"]);
const detectors = forensicDetectors().filter(({ id }) => quick.has(id));
announce(await serve(loadServerSettings(), { detectors }));
