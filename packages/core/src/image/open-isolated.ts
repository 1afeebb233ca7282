import type { Detector, ForensicImage } from "../detection/detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Examiner } from "./examiner.ts";
import { type ImageLimits, resolveLimits } from "./image-limits.ts";

const defaultDeadlineMs = 60_000;

/**
 * As `openForensicImage`, but decoded where `examiner` decodes: with a `ChildProcessExaminer`, hostile bytes never
 * reach a decoder in this process.
 *
 * @throws ArtGuardError `image.*`
 * @example
 * await using examiner = createExaminer({ isolation: "process" });
 * const { raster } = await openIsolated(examiner, bytes, { deadlineMs: 10_000 });
 */
export async function openIsolated(
  examiner: Examiner,
  bytes: Uint8Array,
  options: { limits?: Partial<ImageLimits>; deadlineMs?: number; signal?: AbortSignal } = {},
): Promise<ForensicImage> {
  let opened: ForensicImage | undefined;
  // Without a `source` a detector runs here, on the raster that the child decoded.
  const opener: Detector = {
    id: "open",
    version: "1.0.0",
    family: "display",
    detect: (image) => {
      opened = image;
      return { applicable: false, reason: "The image was only opened." };
    },
  };
  const events = examiner.examine(bytes, {
    detectors: [opener],
    deadlineMs: options.deadlineMs ?? defaultDeadlineMs,
    limits: resolveLimits(options.limits),
    ...(options.signal && { signal: options.signal }),
  });
  for await (const event of events) void event;
  if (opened) return opened;
  throw new ArtGuardError("image.decode-timeout", "the image was not opened before the deadline");
}
