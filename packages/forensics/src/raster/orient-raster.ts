import type { ImageInfo, Raster } from "@artguard/core";

type Orientation = ImageInfo["orientation"];

/** A raster as a viewer shows it: an EXIF orientation (2.32, tag 0x0112) applied. */
export function upright(raster: Raster, orientation: Orientation): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster;
  const swaps = orientation >= 5;
  const [w, h] = swaps ? [height, width] : [width, height];
  const mirrorsX = [2, 3, 6, 7].includes(orientation);
  const mirrorsY = [3, 4, 7, 8].includes(orientation);
  const turned = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < h; y++) {
    const v = mirrorsY ? h - 1 - y : y;
    for (let x = 0; x < w; x++) {
      const u = mirrorsX ? w - 1 - x : x;
      const from = (swaps ? u * width + v : v * width + u) * channels;
      for (let c = 0; c < channels; c++, i++) turned[i] = data[from + c]!;
    }
  }
  return { width: w, height: h, channels, data: turned };
}

/** Takes an upright raster back to how a file of this orientation stores it. */
export function stored(raster: Raster, orientation: Orientation): Raster {
  const inverse = { 6: 8, 8: 6 } as const;
  return upright(raster, orientation === 6 || orientation === 8 ? inverse[orientation] : orientation);
}
