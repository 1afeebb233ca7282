export { type ImageFormat, type ImageInfo, imageFormats } from "./image-info.ts";
export { openForensicImage } from "./open-forensic-image.ts";
export type { Raster } from "./raster.ts";
