import sharp from "sharp";
import { type Box, type Canvas, type Colour, canvasOf, hex } from "./canvas.ts";

/** A word on a page: its ink's box. */
export interface Word extends Box {
  /** Pixels per em. */
  readonly size: number;
}

/** A page as a word processor would draw it, before any camera or scanner. */
export interface Page {
  readonly canvas: Canvas;
  readonly words: readonly Word[];
  readonly font: string;
  readonly isScreen: boolean;
}

/** Fonts by half: what parameters were chosen on, and what is reported. */
export const fonts = [
  ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "DejaVu Sans Condensed"],
  ["Liberation Sans", "Liberation Serif", "Liberation Mono", "Liberation Sans Narrow"],
] as const;

const vocabulary =
  "the and of account number date name total amount invoice certificate registration address issued valid until street company limited balance payment received hereby declare member student university grade result examination office signature director class type code reference order customer tax net due item unit price quantity period from state department".split(
    " ",
  );

/** A whole number of `low`…`high`. */
export function whole(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of the values. */
export function oneOf<T>(random: () => number, values: readonly [T, ...T[]] | readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** A word or a number such as stands in letters and forms. */
export function anyWord(random: () => number): string {
  const kind = random();
  const digits = (count: number) => Array.from({ length: count }, () => whole(random, 0, 9)).join("");
  if (kind < 0.14) return digits(whole(random, 2, 8));
  if (kind < 0.22) return `${digits(2)}.${digits(2)}.20${digits(2)}`;
  if (kind < 0.28) return `${digits(whole(random, 1, 3))},${digits(3)}.${digits(2)}`;
  const word = oneOf(random, vocabulary);
  if (random() < 0.2) return word.toUpperCase();
  return random() < 0.3 ? word[0]!.toUpperCase() + word.slice(1) : word;
}

interface Line {
  readonly svg: string;
  readonly size: number;
  readonly baseline: number;
}

/** A letter, a form, a receipt, a certificate or a screenshot with made-up words. Deterministic. */
export async function renderPage(random: () => number, half: 0 | 1): Promise<Page> {
  const [width, height] = [whole(random, 560, 1000), whole(random, 460, 860)];
  const isScreen = random() < 0.25;
  const font = oneOf(random, fonts[half]);
  const paper: Colour = isScreen
    ? [255, 255, 255]
    : [whole(random, 225, 255), whole(random, 225, 253), whole(random, 205, 250)];
  const dark = whole(random, 0, 70);
  const ink: Colour = random() < 0.75 ? [dark, dark, dark] : [dark, dark, whole(random, 90, 150)];
  const base = `<rect width="100%" height="100%" fill="${hex(paper)}"/>${ornaments(random, width, height)}`;
  const lines = textLines(random, width, height, font, ink);
  const [blank, full] = await Promise.all([
    drawn(width, height, base),
    drawn(width, height, base + lines.map(({ svg }) => svg).join("")),
  ]);
  return { canvas: full, words: lines.flatMap((line) => wordsOf(line, blank, full)), font, isScreen };
}

/** Draws SVG elements. */
export async function drawn(width: number, height: number, elements: string): Promise<Canvas> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${elements}</svg>`;
  return await canvasOf(sharp(Buffer.from(svg)).flatten({ background: "#ffffff" }));
}

/** Rules, a band of colour, a seal and a guilloche, some of them. */
function ornaments(random: () => number, width: number, height: number): string {
  const parts: string[] = [];
  const tint = () => hex([whole(random, 40, 200), whole(random, 40, 200), whole(random, 40, 200)]);
  if (random() < 0.3)
    for (let i = 0; i < 18; i++) {
      const y = (height * (i + 0.5)) / 18;
      parts.push(
        `<path d="M0 ${y} Q ${width / 4} ${y - 40} ${width / 2} ${y} T ${width} ${y}" fill="none" stroke="${tint()}" stroke-opacity="0.25"/>`,
      );
    }
  if (random() < 0.4)
    for (let y = whole(random, 60, 120); y < height; y += whole(random, 50, 120))
      parts.push(`<path d="M20 ${y} H ${width - 20}" stroke="${tint()}" stroke-width="${whole(random, 1, 2)}"/>`);
  if (random() < 0.3)
    parts.push(
      `<rect y="${whole(random, 0, height - 80)}" width="100%" height="${whole(random, 24, 70)}" fill="${tint()}" fill-opacity="0.3"/>`,
    );
  if (random() < 0.3)
    parts.push(
      `<circle cx="${whole(random, 100, width - 100)}" cy="${whole(random, 100, height - 100)}" r="${whole(random, 40, 80)}" fill="none" stroke="#c02020" stroke-width="4" stroke-opacity="0.7"/>`,
    );
  return parts.join("");
}

function textLines(random: () => number, width: number, height: number, font: string, ink: Colour): Line[] {
  const lines: Line[] = [];
  const body = whole(random, 12, 26);
  const margin = whole(random, 15, 60);
  for (let y = margin + body; y < height - 12; ) {
    const size = random() < 0.12 ? Math.round(body * (1.2 + random())) : body;
    y += Math.round(size - body);
    const isForm = random() < 0.4;
    const weight = random() < 0.12 ? "bold" : "normal";
    const words: string[] = [];
    for (let used = 0; used < (width - 2 * margin) / (0.62 * size) - 8; used += words.at(-1)!.length + 1)
      words.push(anyWord(random));
    const kept = isForm
      ? words.slice(0, whole(random, 1, 3))
      : words.slice(0, Math.max(1, words.length - whole(random, 0, 3)));
    const x = margin + (isForm ? whole(random, 0, 60) : 0);
    const text = kept
      .map((word, i) => (isForm && i === 1 ? `<tspan x="${x + whole(random, 130, 260)}">${word}</tspan>` : word))
      .join(" ");
    lines.push({
      svg: `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" font-weight="${weight}" fill="${hex(ink)}">${text}</text>`,
      size,
      baseline: y,
    });
    y += Math.round(size * (1.35 + (random() < 0.3 ? random() : 0.15)));
  }
  return lines;
}

/** Words of a line: its drawn columns, cut at gaps of more than a fifth of an em. */
function wordsOf({ size, baseline }: Line, blank: Canvas, full: Canvas): Word[] {
  const { width, height } = full;
  const [from, to] = [
    Math.max(0, Math.round(baseline - 0.95 * size)),
    Math.min(height, Math.round(baseline + 0.3 * size)),
  ];
  const isInk = (x: number, y: number) =>
    Math.abs(full.data[3 * (y * width + x) + 1]! - blank.data[3 * (y * width + x) + 1]!) > 24;
  const words: Word[] = [];
  let [left, right, top, bottom] = [-1, -1, to, from];
  const end = () => {
    if (left >= 0 && right - left >= 4 && bottom > top)
      words.push({ left, top, width: right - left + 1, height: bottom - top + 1, size });
    [left, top, bottom] = [-1, to, from];
  };
  for (let x = 0; x < width; x++) {
    for (let y = from; y < to; y++) {
      if (!isInk(x, y)) continue;
      if (left < 0) left = x;
      right = x;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    if (left >= 0 && x - right > 0.22 * size) end();
  }
  end();
  return words;
}
