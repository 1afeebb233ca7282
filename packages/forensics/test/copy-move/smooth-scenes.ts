import sharp, { type Sharp } from "sharp";
import { part, pasted } from "../pictures.ts";
import { randomSource } from "../textured-rgb.ts";

/** A sky: brightness that changes slowly, and the noise of a sensor (standard deviation in grey values). */
export function sky(width: number, height: number, seed: number, noise: number): Sharp {
  const random = randomSource(seed);
  const [slopeX, slopeY, wave, phase] = [50 * (random() - 0.5), 70 * (random() - 0.5), 12 * random(), 6 * random()];
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    const value = 140 + slopeX * x + slopeY * y + wave * Math.sin(4 * x + 3 * y + phase);
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.round(value + 15 * (c - 1) + noise * gaussian(random));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

export const smoothSource = { left: 30, top: 40, side: 128 };
export const smoothTarget = { left: 330, top: 170 };

/** A JPEG of a sky in which a square was copied, changed on the way. */
export async function skyWithClone(seed: number, change: (patch: Sharp) => Sharp, quality: number): Promise<Buffer> {
  const host = await sky(512, 352, seed, 2.5).png().toBuffer();
  const patch = await change(sharp(await part(host, smoothSource.left, smoothSource.top, smoothSource.side)))
    .png()
    .toBuffer();
  const whole = await pasted(host, patch, smoothTarget.left, smoothTarget.top);
  return await sharp(whole).jpeg({ quality }).toBuffer();
}

/** Normally distributed (Box and Muller 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
