import sharp, { type Sharp } from "sharp";

/** An RGB picture, 8 bits a sample, row-major. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A colour, 0–255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A canvas as sharp takes it. */
export function picture({ width, height, data }: Canvas): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** What sharp makes of a picture, as a canvas. */
export async function canvasOf(image: Sharp): Promise<Canvas> {
  const { data, info } = await image.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Uint8Array.from(data) };
}

/** A copy that may be drawn on. */
export function copyOf({ width, height, data }: Canvas): Canvas {
  return { width, height, data: Uint8Array.from(data) };
}

/** The part of a box that lies on the canvas. */
export function clipped({ left, top, width, height }: Box, canvas: Pick<Canvas, "width" | "height">): Box {
  const [x, y] = [Math.max(0, Math.round(left)), Math.max(0, Math.round(top))];
  return {
    left: x,
    top: y,
    width: Math.min(canvas.width, Math.round(left + width)) - x,
    height: Math.min(canvas.height, Math.round(top + height)) - y,
  };
}

/** A box with a rim around it. */
export function grown({ left, top, width, height }: Box, rim: number): Box {
  return { left: left - rim, top: top - rim, width: width + 2 * rim, height: height + 2 * rim };
}

/** Whether two boxes share a pixel. */
export function meet(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}

/** Calls `draw` with the index of the first sample of each pixel of a box, and its place in the box. */
export function forPixels(canvas: Canvas, box: Box, draw: (at: number, x: number, y: number) => void): void {
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) draw(3 * ((box.top + y) * canvas.width + box.left + x), x, y);
}

/** The samples of one channel in a box, ascending. */
export function sortedSamples(canvas: Canvas, box: Box, channel: number): number[] {
  const values: number[] = [];
  forPixels(canvas, clipped(box, canvas), (at) => values.push(canvas.data[at + channel]!));
  return values.sort((a, b) => a - b);
}

/** The median colour of a box: paper, where letters fill less than half of it. */
export function paperColour(canvas: Canvas, box: Box): Colour {
  const median = (channel: number) => {
    const values = sortedSamples(canvas, box, channel);
    return values[values.length >> 1] ?? 255;
  };
  return [median(0), median(1), median(2)];
}

/** A colour as SVG writes it. */
export function hex(colour: Colour): string {
  return `#${colour.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}
