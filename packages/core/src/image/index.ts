/**
 * Reading images safely: inspection, limits, preprocessing, decoding in a child process, hashes, heat maps as PNG.
 *
 * @module @artguard/core/image
 */
export { ChildProcessExaminer, type ChildProcessOptions } from "./child-process-examiner.ts";
export { createExaminer } from "./create-examiner.ts";
export { encodePng } from "./encode-png.ts";
export type { ExaminationEvent, ExaminationOptions, Examiner } from "./examiner.ts";
export { orientedSize, orientRegion } from "./frame.ts";
export { type ImageFormat, type ImageInfo, imageFormats } from "./image-info.ts";
export { defaultImageLimits, type ImageLimits, resolveLimits } from "./image-limits.ts";
export { InProcessExaminer } from "./in-process-examiner.ts";
export { inspectImage } from "./inspect-image.ts";
export { openForensicImage } from "./open-forensic-image.ts";
export { openIsolated } from "./open-isolated.ts";
export { peakResidentBytes } from "./peak-memory.ts";
export { hammingDistance, lumaGrid, orientHash, perceptualHash, uprightHash } from "./perceptual-hash.ts";
export { type PreprocessedImage, preprocessedSide, preprocessImage } from "./preprocess-image.ts";
export type { Raster } from "./raster.ts";
export { type GreyPicture, renderHeatmap } from "./render-heatmap.ts";
export { renderSmallHeatmap, smallHeatmapSide } from "./small-heatmap.ts";
