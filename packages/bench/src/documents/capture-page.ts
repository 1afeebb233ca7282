import sharp from "sharp";
import { type Canvas, canvasOf, picture } from "./canvas.ts";
import { oneOf, type Page, type Word } from "./render-page.ts";

/** Numbers of a standard normal distribution (Box–Muller). */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * The page as a scanner, a camera or a screenshot brings it into a file, before anybody edits it: light, paper, blur,
 * noise, another size and mostly a first JPEG save.
 */
export async function capturePage(page: Page, random: () => number, half: 0 | 1): Promise<Page> {
  const scale = page.isScreen && random() < 0.6 ? 1 : 0.65 + 0.6 * random();
  const taken = page.isScreen ? page.canvas : await photographed(page.canvas, random, half);
  const resized = await canvasOf(
    picture(taken).resize(Math.round(taken.width * scale), Math.round(taken.height * scale), {
      kernel: oneOf(random, ["cubic", "lanczos3", "mitchell"] as const),
      fit: "fill",
    }),
  );
  const saved = random() < (page.isScreen ? 0.5 : 0.8) ? await savedOnce(resized, random) : resized;
  return { ...page, canvas: saved, words: page.words.map((word) => scaled(word, scale)) };
}

function scaled({ left, top, width, height, size }: Word, by: number): Word {
  return { left: left * by, top: top * by, width: width * by, height: height * by, size: size * by };
}

async function savedOnce(canvas: Canvas, random: () => number): Promise<Canvas> {
  const quality = 60 + Math.floor(random() * 37);
  const bytes = await picture(canvas)
    .jpeg({ quality, chromaSubsampling: random() < 0.7 ? "4:2:0" : "4:4:4" })
    .toBuffer();
  return await canvasOf(sharp(bytes));
}

async function photographed(canvas: Canvas, random: () => number, half: 0 | 1): Promise<Canvas> {
  const { width, height } = canvas;
  const blurred = await canvasOf(picture(canvas).blur(0.4 + 0.8 * random()));
  const light = half === 0 ? slope(random, canvas) : vignette(random, canvas);
  const texture = half === 0 ? grain(random, canvas) : fibres(random, canvas);
  const [noise, chroma] = [2.6 * random() ** 1.5, 1.6 * random() ** 1.5];
  const [fade, strength] = [0.02 + 0.13 * random(), 4 * random() ** 1.5];
  const out = new Uint8Array(blurred.data.length);
  for (let i = 0; i < width * height; i++) {
    const shared = noise * gaussian(random) + strength * texture[i]!;
    for (let c = 0; c < 3; c++) {
      // Ink is never quite black on paper, and paper not quite white.
      const value = (fade * 160 + (1 - fade) * blurred.data[3 * i + c]!) * light[i]!;
      out[3 * i + c] = Math.max(0, Math.min(255, Math.round(value + shared + chroma * gaussian(random))));
    }
  }
  return { width, height, data: out };
}

function slope(random: () => number, { width, height }: Canvas): Float32Array {
  const [a, b] = [0.25 * (random() - 0.5), 0.25 * (random() - 0.5)];
  return Float32Array.from(
    { length: width * height },
    (_, i) => 0.97 + a * ((i % width) / width - 0.5) + b * (Math.floor(i / width) / height - 0.5),
  );
}

function vignette(random: () => number, { width, height }: Canvas): Float32Array {
  const [x, y, strength] = [random(), random(), 0.25 * random()];
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [u, v] = [(i % width) / width - x, Math.floor(i / width) / height - y];
    return 1 - strength * (u * u + v * v);
  });
}

/** Smoothed white noise of unit size. */
function grain(random: () => number, { width, height }: Canvas): Float32Array {
  const white = Float32Array.from({ length: width * height }, () => gaussian(random));
  return Float32Array.from(
    white,
    (value, i) => (value + white[Math.max(0, i - 1)]! + white[Math.max(0, i - width)]!) / 1.73,
  );
}

/** Short streaks in any direction, of about unit size. */
function fibres(random: () => number, { width, height }: Canvas): Float32Array {
  const out = new Float32Array(width * height);
  for (let n = 0; n < (width * height) / 60; n++) {
    let [x, y] = [random() * width, random() * height];
    const [angle, sign] = [2 * Math.PI * random(), random() < 0.5 ? -1 : 1];
    for (let step = 0; step < 12; step++, x += Math.cos(angle), y += Math.sin(angle))
      if (x >= 0 && y >= 0 && x < width && y < height) out[Math.floor(y) * width + Math.floor(x)]! += 1.5 * sign;
  }
  return out;
}
