import type { Detector, Observation } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import sharp, { type Sharp } from "sharp";
import { texturedRgb } from "./textured-rgb.ts";

/** A picture as sharp takes it, without any compression in its past. */
export function picture(width: number, height: number, seed: number): Sharp {
  return sharp(texturedRgb(width, height, seed), { raw: { width, height, channels: 3 } });
}

/** A square part of an encoded image, as PNG. */
export async function part(image: Uint8Array, left: number, top: number, side: number): Promise<Buffer> {
  return await sharp(image).extract({ left, top, width: side, height: side }).png().toBuffer();
}

/** Pastes a picture into another and gives the result without loss, as PNG. */
export async function pasted(host: Uint8Array, patch: Uint8Array, left: number, top: number): Promise<Buffer> {
  return await sharp(host)
    .composite([{ input: Buffer.from(patch), left, top }])
    .png()
    .toBuffer();
}

/** What a detector says of an encoded image. */
export async function detect(detector: Detector, bytes: Uint8Array) {
  return await detector.detect(await openForensicImage(bytes), { signal: new AbortController().signal });
}

/** As {@link detect}, for an image to which the detector must apply. */
export async function observe(detector: Detector, bytes: Uint8Array): Promise<Observation> {
  const result = await detect(detector, bytes);
  if (!result.applicable) throw new Error(`not applicable: ${result.reason}`);
  return result;
}

/** A square in an image. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Intersection over union of the cells of a heat map above 0.5 and a square. */
export function overlap({ heatmap }: Observation, { left, top, side }: Square): number {
  if (!heatmap) return 0;
  let [both, either] = [0, 0];
  for (let y = 0; y < heatmap.height; y++) {
    for (let x = 0; x < heatmap.width; x++) {
      const [u, v] = [(x + 0.5) * heatmap.scale, (y + 0.5) * heatmap.scale];
      const inside = u >= left && u < left + side && v >= top && v < top + side;
      const marked = heatmap.data[y * heatmap.width + x]! > 0.5;
      if (inside && marked) both++;
      if (inside || marked) either++;
    }
  }
  return both / either;
}
