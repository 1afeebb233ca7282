import {
  type Box,
  type Canvas,
  type Colour,
  canvasOf,
  clipped,
  forPixels,
  grown,
  hex,
  meet,
  paperColour,
  picture,
  sortedSamples,
} from "./canvas.ts";
import { gaussian } from "./capture-page.ts";
import { anyWord, drawn, fonts, oneOf, type Page, type Word, whole } from "./render-page.ts";

/** Ways to forge a text. */
export const editKinds = [
  "retyped",
  "inserted",
  "moved",
  "digit",
  "spliced",
  "erased",
  "cloned paper",
  "pixelated",
] as const;
/** One of {@link editKinds}. */
export type EditKind = (typeof editKinds)[number];

/** What an edit may draw from. */
interface EditContext {
  readonly page: Page;
  /** Another page with another history. */
  readonly donor: Page;
  readonly random: () => number;
  readonly half: 0 | 1;
  /** Where the page was edited already. */
  readonly taken: readonly Box[];
}

/** Forges a page in place. @returns The pixels that were changed, or undefined where the page has no room for it. */
export async function editPage(canvas: Canvas, kind: EditKind, context: EditContext): Promise<Box | undefined> {
  const { page, random, taken } = context;
  const free = page.words.filter((word) => word.width > word.size && !taken.some((box) => meet(box, grown(word, 6))));
  if (free.length < 4) return undefined;
  const word = oneOf(random, free);
  const box = clipped(grown(word, whole(random, 1, 4)), canvas);
  if (kind === "retyped") {
    await cover(canvas, box, context);
    await type(canvas, box, word, context);
  } else if (kind === "inserted") return await insert(canvas, word, context);
  else if (kind === "moved") return await move(canvas, box, word, oneOf(random, free), context);
  else if (kind === "digit") return digit(canvas, box, word, oneOf(random, free), random);
  else if (kind === "spliced") return await splice(canvas, box, context);
  else if (kind === "erased") flatten(canvas, box, random() < 0.5 ? 0 : 0.5 + random(), random);
  else if (kind === "cloned paper") return clonePaper(canvas, box, context) ? box : undefined;
  else await pixelate(canvas, box, random);
  return box;
}

/** Hides what stood in a box, in one of the usual ways. */
async function cover(canvas: Canvas, box: Box, context: EditContext): Promise<void> {
  const way = context.random();
  if (way < 0.35) flatten(canvas, box, 0, context.random);
  else if (way < 0.6) flatten(canvas, box, 0.4 + 2 * context.random(), context.random);
  else if (!clonePaper(canvas, box, context)) flatten(canvas, box, 0, context.random);
}

function flatten(canvas: Canvas, box: Box, noise: number, random: () => number): void {
  const paper = paperColour(canvas, grown(box, 6));
  forPixels(canvas, box, (at) => {
    const shared = noise * gaussian(random);
    for (let c = 0; c < 3; c++) canvas.data[at + c] = Math.max(0, Math.min(255, Math.round(paper[c]! + shared)));
  });
}

/** Covers a box with paper from a place without words, at most a few heights away. */
function clonePaper(canvas: Canvas, box: Box, { page, random }: EditContext): boolean {
  for (let attempt = 0; attempt < 40; attempt++) {
    const from = {
      ...box,
      left: box.left + whole(random, -200, 200),
      top: box.top + whole(random, -120, 120),
    };
    const inside =
      from.left >= 0 &&
      from.top >= 0 &&
      from.left + box.width <= canvas.width &&
      from.top + box.height <= canvas.height;
    if (!inside || page.words.some((word) => meet(grown(word, 2), from))) continue;
    paste(canvas, canvas, from, box);
    return true;
  }
  return false;
}

/** Copies a box of one canvas to a place of the same size on another. */
function paste(canvas: Canvas, source: Canvas, from: Box, to: Box): void {
  const copied = Uint8Array.from(source.data);
  forPixels(canvas, to, (at, x, y) => {
    const start = 3 * ((from.top + y) * source.width + from.left + x);
    for (let c = 0; c < 3; c++) canvas.data[at + c] = copied[start + c]!;
  });
}

/** Draws a new word into a box, on its base line, in ink like that of the old one. */
async function type(canvas: Canvas, box: Box, word: Word, { page, random, half }: EditContext): Promise<void> {
  const dark = [0, 1, 2]
    .map((c) => sortedSamples(page.canvas, word, c))
    .map((values) => values[Math.floor(0.04 * values.length)] ?? 0);
  const off = random() < 0.4 ? 0 : whole(random, -25, 25);
  const [r = 0, g = 0, b = 0] =
    random() < 0.25 ? [0, 0, 0] : dark.map((value) => Math.max(0, Math.min(255, value + off)));
  const ink: Colour = [r, g, b];
  const font = random() < 0.6 ? page.font : oneOf(random, fonts[half]);
  const size = word.size * (0.92 + 0.16 * random());
  const text = Array.from(anyWord(random))
    .slice(0, Math.max(2, Math.round((1.7 * box.width) / size)))
    .join("");
  const baseline = box.height - (box.height - word.height) / 2 + (random() < 0.5 ? 0 : random() - 0.5);
  const stretched = `<text x="2" y="${baseline}" font-family="${font}" font-size="${size}" fill="${hex(ink)}">${text}</text>`;
  const layer = await drawn(
    box.width,
    box.height,
    `<rect width="100%" height="100%" fill="#fff"/>${stretched.replaceAll(hex(ink), "#000000")}`,
  );
  const blur = random() < 0.45 ? 0 : 0.3 + 0.5 * random();
  const coverage = blur > 0 ? await canvasOf(picture(layer).blur(blur)) : layer;
  forPixels(canvas, box, (at, x, y) => {
    const paper = coverage.data[3 * (y * box.width + x) + 1]! / 255;
    for (let c = 0; c < 3; c++) canvas.data[at + c] = Math.round(paper * canvas.data[at + c]! + (1 - paper) * ink[c]!);
  });
}

/** Types a word where the paper is empty, right of another. */
async function insert(canvas: Canvas, word: Word, context: EditContext): Promise<Box | undefined> {
  const place = {
    ...word,
    left: word.left + word.width + 0.4 * word.size,
    width: word.size * whole(context.random, 2, 5),
  };
  const box = clipped(grown(place, 2), canvas);
  if (box.width < word.size || context.page.words.some((other) => meet(other, box))) return undefined;
  await type(canvas, box, word, context);
  return box;
}

/** Copies a word over another. */
async function move(canvas: Canvas, box: Box, word: Word, other: Word, context: EditContext): Promise<Box | undefined> {
  if (other === word) return undefined;
  await cover(canvas, box, context);
  const from = clipped(
    {
      ...other,
      left: other.left - 2,
      top: other.top - 2,
      width: Math.min(other.width + 4, box.width),
      height: Math.min(other.height + 4, box.height),
    },
    canvas,
  );
  const to = { ...from, left: box.left, top: box.top + Math.max(0, Math.round((box.height - from.height) / 2)) };
  paste(canvas, context.page.canvas, from, to);
  return box;
}

/** Copies about one character over another. */
function digit(canvas: Canvas, box: Box, word: Word, other: Word, random: () => number): Box | undefined {
  const width = Math.round(0.62 * word.size);
  if (other === word || other.width < width + 2 || box.width < width + 2) return undefined;
  const to = { ...box, left: box.left + whole(random, 0, box.width - width), width };
  const from = clipped(
    {
      ...to,
      left: other.left + whole(random, 0, Math.floor(other.width) - width),
      top: other.top - (box.height - other.height) / 2,
    },
    canvas,
  );
  const size = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  paste(canvas, canvas, { ...from, ...size }, { ...to, ...size });
  return { ...to, ...size };
}

/** Pastes a word of another page, brought to the size of the place. */
async function splice(canvas: Canvas, box: Box, { donor, random }: EditContext): Promise<Box | undefined> {
  const word = donor.words.filter(({ width, size }) => width > size)[whole(random, 0, 20)];
  if (!word) return undefined;
  const from = clipped(grown(word, 2), donor.canvas);
  const height = Math.max(
    6,
    Math.min(box.height, Math.round(from.height * (random() < 0.4 ? 1 : 0.8 + 0.4 * random()))),
  );
  const width = Math.max(8, Math.min(box.width, Math.round((from.width * height) / from.height)));
  const patch = await canvasOf(picture(donor.canvas).extract(from).resize(width, height, { fit: "fill" }));
  flatten(canvas, box, 0.5, random);
  const shift = paperColour(canvas, grown(box, 6)).map(
    (value, c) => value - paperColour(patch, { left: 0, top: 0, width, height })[c]!,
  );
  const isMatched = random() < 0.7;
  const matched = {
    ...patch,
    data: patch.data.map((value, i) => Math.max(0, Math.min(255, value + (isMatched ? shift[i % 3]! : 0)))),
  };
  paste(canvas, matched, { left: 0, top: 0, width, height }, { ...box, width, height });
  return box;
}

/** Squares of one colour, or a strong blur, over a word. */
async function pixelate(canvas: Canvas, box: Box, random: () => number): Promise<void> {
  const { width, height } = box;
  const part = picture(canvas).extract(box);
  const side = whole(random, 4, 12);
  const hidden =
    random() < 0.25
      ? part.blur(2.5 + 2 * random())
      : await canvasOf(part.resize(Math.ceil(width / side), Math.ceil(height / side), { fit: "fill" })).then((small) =>
          picture(small).resize(width, height, { kernel: "nearest", fit: "fill" }),
        );
  paste(canvas, await canvasOf(hidden), { left: 0, top: 0, width, height }, box);
}
