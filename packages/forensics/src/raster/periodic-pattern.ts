import type { Plane } from "./plane.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * True when a box repeats itself every 8 pixels: pixels 8 apart differ less than half as much as pixels 7 or 9 apart,
 * across or down. Screens, dithers and upscaled icons do so and vote for a grid without JPEG; photographs do not.
 */
export function repeatsEveryEight(plane: Plane, box: Box): boolean {
  return repeats(plane, box, 1) || repeats(plane, box, plane.width);
}

function repeats({ width, data }: Plane, box: Box, step: number): boolean {
  const reachX = step === 1 ? 9 : 0;
  const reachY = step === 1 ? 0 : 9;
  let [seven, eight, nine] = [0, 0, 0];
  for (let y = box.y; y < box.y + box.height - reachY; y++) {
    for (let x = box.x, at = y * width + x; x < box.x + box.width - reachX; x++, at++) {
      const here = data[at]!;
      seven += Math.abs(here - data[at + 7 * step]!);
      eight += Math.abs(here - data[at + 8 * step]!);
      nine += Math.abs(here - data[at + 9 * step]!);
    }
  }
  return 4 * eight < seven + nine;
}
