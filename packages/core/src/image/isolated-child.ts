import type { JsonValue } from "../detection/detection.ts";
import type { Detector, DetectorSource, ForensicImage } from "../detection/detector.ts";
import { runDetector } from "../detection/run-detector.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { allowOnlyKnownLoaders, decodeRaster } from "./decode-raster.ts";
import type { ChildMessage, ExamineRequest } from "./isolated-protocol.ts";
import { peakResidentBytes } from "./peak-memory.ts";
import { uprightHash } from "./perceptual-hash.ts";
import { preprocessImage } from "./preprocess-image.ts";

// Entry of the child process: decodes one image at a time and runs the detectors on it, telling each step as it ends.

const detectors = new Map<string, Detector>();

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

async function imageOf(request: ExamineRequest): Promise<ForensicImage> {
  const { bytes, info } = request;
  if (!request.variant) return { bytes, info, raster: await decodeRaster(bytes, info) };
  // Variants are rare, and every module makes a child start later.
  const { openImage } = await import("./open-forensic-image.ts");
  return await openImage(bytes, info, request);
}

async function examine(request: ExamineRequest): Promise<void> {
  const started = performance.now();
  const image = await imageOf(request);
  if (request.variant) await send({ type: "variant", bytes: image.bytes, info: image.info });
  const elapsed_ms = performance.now() - started;
  const perceptual_hash = uprightHash(image.raster, image.info);
  await send({ type: "decoded", elapsed_ms, ...(perceptual_hash !== undefined && { perceptual_hash }) });
  if (request.raster) await send({ type: "raster", raster: image.raster });
  if (request.preprocess)
    await send({ type: "preprocessed", image: await preprocessImage(request.bytes, request.info) });
  for (const { id, source } of request.detectors) {
    await send({ type: "detector_started", id });
    const detector = await loadDetector(source);
    await send({ type: "detected", run: await runDetector(detector, image, { signal: new AbortController().signal }) });
  }
}

async function answer(request: ExamineRequest): Promise<void> {
  try {
    await examine(request);
    await send({ type: "done", peak_rss_bytes: peakResidentBytes() });
  } catch (error) {
    const typed = isArtGuardError(error) ? error : new ArtGuardError("image.undecodable", String(error));
    await send({ type: "refused", error: typed.toJSON() });
  }
}

allowOnlyKnownLoaders();
process.on("message", (request: ExamineRequest) => void answer(request));
// A child must not outlive its host.
process.on("disconnect", () => process.exit(0));
