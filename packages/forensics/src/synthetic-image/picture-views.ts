import type { Raster } from "@artguard/core";

/** Pixels per side of what the network sees at a time. */
export const viewSide = 224;
/** What bounds the cost: a strip of any length is seen through no more squares than these. */
const mostSquares = 3;
/** Samples per side that are averaged into one pixel of a view; keeps the cost flat in large pictures. */
const mostSamples = 8;

const area = viewSide * viewSide;

/** Squares of 224 px that together show a picture: three planes 0–255 each, one square after the other. */
export interface PictureViews {
  readonly count: number;
  readonly rgb: Float32Array;
}

/**
 * The largest squares that fit a picture, made small: one for a square, both ends of an oblong, at most three of a strip.
 *
 * @param raster At least 224 px on both sides; grey gives three equal planes.
 */
export function pictureViews(raster: Raster): PictureViews {
  const places = squarePlaces(raster.width, raster.height);
  const rgb = new Float32Array(places.length * 3 * area);
  for (const [i, place] of places.entries()) readSquare(raster, place, rgb.subarray(i * 3 * area));
  return { count: places.length, rgb };
}

/** Upper left corners of the squares, spread evenly over the long side; their sides are the short side. */
export function squarePlaces(width: number, height: number): { x: number; y: number }[] {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const count = Math.min(mostSquares, Math.ceil(long / short));
  return Array.from({ length: count }, (_, i) => {
    const along = count === 1 ? 0 : Math.round((i * (long - short)) / (count - 1));
    return width > height ? { x: along, y: 0 } : { x: 0, y: along };
  });
}

function readSquare(raster: Raster, { x, y }: { x: number; y: number }, rgb: Float32Array): void {
  const { width, channels, data } = raster;
  const side = Math.min(width, raster.height);
  const [columns, rows] = [samples(side, x), samples(side, y)];
  for (let channel = 0; channel < 3; channel++) {
    const offset = channels === 3 ? channel : 0;
    for (const [row, ys] of rows.entries())
      for (const [column, xs] of columns.entries()) {
        let sum = 0;
        for (const py of ys) for (const px of xs) sum += data[(py * width + px) * channels + offset]!;
        rgb[channel * area + row * viewSide + column] = sum / (ys.length * xs.length);
      }
  }
}

/** The pixels along one side that are averaged into each of the 224: all of them, or 8 spread over them. */
function samples(side: number, start: number): number[][] {
  return Array.from({ length: viewSide }, (_, i) => {
    const from = Math.round((i * side) / viewSide);
    const count = Math.round(((i + 1) * side) / viewSide) - from;
    const taken = Math.min(count, mostSamples);
    return Array.from({ length: taken }, (_, k) => start + from + Math.floor(((k + 0.5) * count) / taken));
  });
}
