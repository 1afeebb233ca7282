import sharp from "sharp";
import type { GreyPicture } from "./render-heatmap.ts";

/**
 * A grey picture as an 8-bit PNG file.
 *
 * @example
 * const heatmap = fuseHeatmaps(analysis.detections, info);
 * await writeFile("heat-map.png", await encodePng(renderHeatmap(heatmap, info)));
 */
export async function encodePng({ width, height, data }: GreyPicture): Promise<Uint8Array> {
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png({ compressionLevel: 6 })
    .toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.length);
}
