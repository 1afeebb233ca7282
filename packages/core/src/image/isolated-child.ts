import type { JsonValue } from "../detection/detection.ts";
import type { Detector, DetectorSource, ForensicImage } from "../detection/detector.ts";
import { runDetector } from "../detection/run-detector.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { allowOnlyKnownLoaders, decodeRaster } from "./decode-raster.ts";
import type { ChildMessage, HostMessage, OpenRequest } from "./isolated-protocol.ts";
import { peakResidentBytes } from "./peak-memory.ts";
import { uprightHash } from "./perceptual-hash.ts";
import { preprocessImage } from "./preprocess-image.ts";

// Entry of the child process: decodes one image at a time and runs detectors on it, each when it is asked to.

const detectors = new Map<string, Detector>();
let image: ForensicImage | undefined;

async function loadDetector(source: DetectorSource): Promise<Detector> {
  const key = JSON.stringify(source);
  const known = detectors.get(key);
  if (known) return known;
  const module: Record<string, (argument?: JsonValue) => Detector> = await import(source.module);
  const create = module[source.export];
  if (!create) throw new ArtGuardError("detection.failed", `${source.module} does not export ${source.export}`);
  const detector = create(source.argument);
  detectors.set(key, detector);
  return detector;
}

function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}

async function imageOf(request: OpenRequest): Promise<ForensicImage> {
  const { bytes, info } = request;
  if (!request.variant) return { bytes, info, raster: await decodeRaster(bytes, info) };
  // Variants are rare, and every module makes a child start later.
  const { openImage } = await import("./open-forensic-image.ts");
  return await openImage(bytes, info, request);
}

async function open(request: OpenRequest): Promise<ForensicImage> {
  const started = performance.now();
  const opened = await imageOf(request);
  if (request.variant) await send({ type: "variant", bytes: opened.bytes, info: opened.info });
  const elapsed_ms = performance.now() - started;
  const perceptual_hash = uprightHash(opened.raster, opened.info);
  await send({ type: "decoded", elapsed_ms, ...(perceptual_hash !== undefined && { perceptual_hash }) });
  if (request.raster) await send({ type: "raster", raster: opened.raster });
  if (request.preprocess)
    await send({ type: "preprocessed", image: await preprocessImage(request.bytes, request.info) });
  return opened;
}

async function answer(message: HostMessage): Promise<void> {
  switch (message.type) {
    case "open":
      image = await open(message);
      return await send({ type: "opened", peak_rss_bytes: peakResidentBytes() });
    case "detect": {
      if (!image) throw new ArtGuardError("detection.failed", "no image was opened");
      const detector = await loadDetector(message.source);
      const run = await runDetector(detector, image, { signal: new AbortController().signal });
      return await send({ type: "detected", run, peak_rss_bytes: peakResidentBytes() });
    }
    case "close":
      image = undefined;
  }
}

async function refuse(error: unknown): Promise<void> {
  const typed = isArtGuardError(error) ? error : new ArtGuardError("image.undecodable", String(error));
  await send({ type: "refused", error: typed.toJSON(), peak_rss_bytes: peakResidentBytes() });
}

allowOnlyKnownLoaders();
process.on("message", (message: HostMessage) => void answer(message).catch(refuse));
// A child must not outlive its host.
process.on("disconnect", () => process.exit(0));
