import sharp from "sharp";
import { randomSource } from "../textured-rgb.ts";

/** A page that is drawn without any font: letters are random 5×7 patterns, three pixels a dot. */
export interface PagePicture {
  readonly width: number;
  readonly height: number;
  /** Grey values, row-major. */
  readonly data: Uint8Array;
}

const dot = 3;
const [letterWidth, letterHeight] = [5 * dot, 7 * dot];
const [advance, leading, margin] = [20, 34, 24];

/** The place of a letter on a page. */
export function letterBox(column: number, row: number, letters = 1) {
  return {
    left: margin + advance * column - 2,
    top: margin + leading * row - 3,
    width: advance * letters,
    height: letterHeight + 6,
  };
}

/** Whether a pattern has a dot of ink; the left column always does, so that letters hang together. */
function patterns(seed: number): boolean[][] {
  const random = randomSource(seed);
  return Array.from({ length: 26 }, () =>
    Array.from({ length: 35 }, (_, i) => i % 5 === 0 || i >= 30 || random() < 0.35),
  );
}

/** Lines of letters in words of five, on clean paper. */
export function cleanPage(width = 640, height = 480, { ink = 40, paper = 235, seed = 1 } = {}): PagePicture {
  const random = randomSource(seed + 100);
  const alphabet = patterns(seed);
  const data = new Uint8Array(width * height).fill(paper);
  for (let top = margin; top + letterHeight < height - margin; top += leading)
    for (let left = margin, n = 0; left + letterWidth < width - margin; left += advance, n++) {
      const letter = alphabet[Math.floor(random() * alphabet.length)]!;
      if (n % 6 !== 5) drawLetter({ width, height, data }, letter, left, top, ink);
    }
  return { width, height, data };
}

function drawLetter({ width, data }: PagePicture, letter: readonly boolean[], left: number, top: number, ink: number) {
  for (let y = 0; y < letterHeight; y++)
    for (let x = 0; x < letterWidth; x++)
      if (letter[5 * Math.floor(y / dot) + Math.floor(x / dot)]) data[(top + y) * width + left + x] = ink;
}

/** The page as a scanner sees it: blurred, with noise. */
export async function scanned(page: PagePicture, { sigma = 0.8, noise = 4, seed = 9 } = {}): Promise<PagePicture> {
  const blurred = await sharp(page.data, { raw: { width: page.width, height: page.height, channels: 1 } })
    .blur(sigma)
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  const random = randomSource(seed);
  const data = Uint8Array.from(blurred, (value) => {
    const sum = random() + random() + random() + random() - 2;
    return Math.max(0, Math.min(255, Math.round(value + 1.73 * noise * sum)));
  });
  return { ...page, data };
}

/** Puts the part of one page over the same part of another. */
export function patched(page: PagePicture, patch: PagePicture, box: ReturnType<typeof letterBox>): PagePicture {
  const data = Uint8Array.from(page.data);
  for (let y = box.top; y < box.top + box.height; y++)
    for (let x = box.left; x < box.left + box.width; x++) data[y * page.width + x] = patch.data[y * page.width + x]!;
  return { ...page, data };
}

/** The page as a file. */
export function encoded({ width, height, data }: PagePicture, quality?: number): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace("srgb");
  return (quality === undefined ? image.png() : image.jpeg({ quality })).toBuffer();
}
