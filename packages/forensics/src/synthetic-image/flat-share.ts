import type { Raster } from "@artguard/core";

/** Rows that are looked at in a large picture. */
const mostRows = 512;

/** Share of pixels that equal their right neighbour exactly, 0–1: above about 0.6 in drawings of flat colour, screenshots and diagrams. */
export function flatShare({ width, height, channels, data }: Raster): number {
  const step = Math.max(1, Math.floor(height / mostRows));
  let [equal, count] = [0, 0];
  for (let y = 0; y < height; y += step) {
    for (let x = 0, at = y * width * channels; x < width - 1; x++, at += channels) {
      let isEqual = data[at] === data[at + channels];
      for (let c = 1; c < channels; c++) isEqual &&= data[at + c] === data[at + channels + c];
      if (isEqual) equal++;
      count++;
    }
  }
  return count === 0 ? 1 : equal / count;
}
