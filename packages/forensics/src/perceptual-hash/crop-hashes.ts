import type { Raster } from "@artguard/core";
import { lumaGrid, perceptualHash } from "@artguard/core/image";

/** Longest side of the reduced picture that the windows are cut from; the hash itself looks at 32 cells. */
const reducedSide = 256;
/** Sides of the windows in shares of the picture's, each with its places per direction: about 6 % of a window apart. */
const windows = [
  [0.92, 3],
  [0.84, 4],
  [0.76, 5],
  [0.68, 6],
] as const;

/**
 * The perceptual hashes of a picture and of 86 windows in it, of four sizes. A copy that was cut from the picture is near to
 * the hash of the window that it comes from; that of the whole picture comes first.
 */
export function cropHashes(raster: Raster): string[] {
  const picture = reduced(raster, reducedSide);
  const cuts = windows.flatMap(([share, places]) => {
    const along = Array.from({ length: places }, (_, i) => i / (places - 1));
    return along.flatMap((down) => along.map((across) => cut(picture, share, across, down)));
  });
  return [...new Set([raster, ...cuts].flatMap((window) => perceptualHash(window) ?? []))];
}

/** The luma of a raster, reduced so that its longest side is at most `longest` pixels; 8 bits. */
function reduced(raster: Raster, longest: number): Raster {
  const scale = Math.min(1, longest / Math.max(raster.width, raster.height));
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  return { width, height, channels: 1, data: Uint8Array.from(lumaGrid(raster, width, height), Math.round) };
}

/** A window of `share` of the sides; `across` and `down` 0…1 place it from the top left to the bottom right. */
function cut({ width, height, data }: Raster, share: number, across: number, down: number): Raster {
  const [w, h] = [Math.max(1, Math.round(share * width)), Math.max(1, Math.round(share * height))];
  const [left, top] = [Math.round(across * (width - w)), Math.round(down * (height - h))];
  const window = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) window.set(data.subarray((top + y) * width + left, (top + y) * width + left + w), y * w);
  return { width: w, height: h, channels: 1, data: window };
}
