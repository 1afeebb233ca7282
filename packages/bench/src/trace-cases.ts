import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp, { type Sharp } from "sharp";
import { randomSource } from "./metrics/bootstrap.ts";
import type { Square } from "./synthetic-cases.ts";

/** An image made from photographs that never were JPEGs, and what a detector should say of it. */
export interface TraceCase {
  /** Id of the detector that the case is for. */
  readonly detector: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
  /** Where the forgery is; without one, no region may be accused. */
  readonly square?: Square;
  /** Code of the neutral finding that should be there. */
  readonly finding?: string;
}

type Encode = (image: Sharp) => Promise<Buffer>;
const png: Encode = (image) => image.png().toBuffer();
const jpeg =
  (quality: number): Encode =>
  (image) =>
    image.jpeg({ quality }).toBuffer();

const side = 160;

/** The cases of one photograph for the detectors of these ids; `donor` is another one. Deterministic. */
export async function* traceCases(
  data: DevelopmentData,
  row: ManifestRow,
  donor: ManifestRow,
  detectors: readonly string[],
): AsyncGenerator<TraceCase> {
  const [host, other] = [data.read(row), data.read(donor)];
  const random = randomSource(row.path.length * 1000 + row.path.charCodeAt(row.path.length - 5));
  const { width = 0, height = 0 } = await sharp(host).metadata();
  const square = {
    side,
    left: 8 + Math.floor(random() * (width - side - 16)),
    top: 8 + Math.floor(random() * (height - side - 16)),
  };
  if (detectors.includes("resampling")) yield* resamplingCases(host, other, square);
  if (detectors.includes("shifted-double-compression")) yield* compressionCases(host, other, square, random);
  if (detectors.includes("blocking")) yield* blockingCases(host, other, square, random);
  if (detectors.includes("recapture")) yield* recaptureCases(host, width, height);
}

async function* resamplingCases(host: Uint8Array, other: Uint8Array, square: Square): AsyncGenerator<TraceCase> {
  const detector = "resampling";
  const { width = 0 } = await sharp(host).metadata();
  const patches: readonly (readonly [string, Uint8Array])[] = [
    ["enlarged 1.2", await centre(await scaled(other, 1.2))],
    ["enlarged 1.5", await centre(await scaled(other, 1.5))],
    ["reduced 0.9", await centre(await scaled(other, 0.9))],
    ["turned 10°", await centre(await sharp(other).rotate(10).png().toBuffer())],
  ];
  for (const [name, patch] of patches) {
    const forged = await paste(host, patch, square);
    for (const [format, encode] of [
      ["PNG", png],
      ["JPEG 95", jpeg(95)],
    ] as const)
      yield { detector, kind: `region ${name}, ${format}`, bytes: await encode(sharp(forged)), square };
  }
  for (const factor of [1.2, 1.5, 0.9]) {
    const whole = sharp(host).resize(Math.round(width * factor));
    const finding = "image-resampled";
    yield { detector, kind: `whole ×${factor}, PNG`, bytes: await png(whole.clone()), finding };
    yield { detector, kind: `whole ×${factor}, JPEG 95`, bytes: await jpeg(95)(whole.clone()), finding };
  }
  const whole = await sharp(host).rotate(10).png().toBuffer();
  yield { detector, kind: "whole turned 10°, PNG", bytes: whole, finding: "image-resampled" };
}

async function* compressionCases(
  host: Uint8Array,
  other: Uint8Array,
  square: Square,
  random: () => number,
): AsyncGenerator<TraceCase> {
  const { width = 0, height = 0 } = await sharp(host).metadata();
  const [dx, dy] = [1 + Math.floor(random() * 7), 1 + Math.floor(random() * 7)];
  const detector = "shifted-double-compression";
  for (const [first, last] of [
    [60, 80],
    [60, 90],
    [75, 90],
    [80, 95],
  ] as const) {
    const patch = await cut(await jpeg(first)(sharp(other)), 8 + ((square.left + dx) % 8), 8 + ((square.top + dy) % 8));
    const forged = await paste(host, patch, square);
    yield { detector, kind: `region ${first}→${last}`, bytes: await jpeg(last)(sharp(forged)), square };
    const cropped = sharp(await jpeg(first)(sharp(host))).extract({
      left: dx,
      top: dy,
      width: width - 8,
      height: height - 8,
    });
    const bytes = await jpeg(last)(cropped);
    yield { detector, kind: `whole cropped ${first}→${last}`, bytes, finding: "image-cropped-resaved" };
  }
  for (const quality of [75, 90])
    yield { detector, kind: `saved once ${quality}`, bytes: await jpeg(quality)(sharp(host)) };
}

/** A region with another grid, and regions whose grid is gone, in a JPEG that is saved once more. */
async function* blockingCases(
  host: Uint8Array,
  other: Uint8Array,
  square: Square,
  random: () => number,
): AsyncGenerator<TraceCase> {
  const detector = "blocking";
  const [dx, dy] = [1 + Math.floor(random() * 7), 1 + Math.floor(random() * 7)];
  const finding = "missing-block-boundaries";
  for (const quality of [60, 75, 90]) {
    const [once, donor] = [await jpeg(quality)(sharp(host)), await jpeg(quality)(sharp(other))];
    const enlarged = await scaled(donor, 1.2);
    const shifted = await paste(
      once,
      await cut(donor, 8 + ((square.left + dx) % 8), 8 + ((square.top + dy) % 8)),
      square,
    );
    const resampled = await paste(once, await centre(enlarged), square);
    const own = await cut(once, square.left, square.top);
    const smoothed = await paste(once, await sharp(own).blur(1).png().toBuffer(), square);
    yield { detector, kind: `region shifted ${quality}, PNG`, bytes: shifted, square };
    yield { detector, kind: `region enlarged ${quality}, PNG`, bytes: resampled, finding };
    yield { detector, kind: `region smoothed ${quality}, PNG`, bytes: smoothed, finding };
    if (quality < 90) {
      const last = jpeg(90);
      yield { detector, kind: `region shifted ${quality}→90`, bytes: await last(sharp(shifted)), finding };
      yield { detector, kind: `region enlarged ${quality}→90`, bytes: await last(sharp(resampled)), finding };
      yield { detector, kind: `region smoothed ${quality}→90`, bytes: await last(sharp(smoothed)), finding };
      yield { detector, kind: `whole ${quality}→90`, bytes: await last(sharp(once)) };
    }
    yield { detector, kind: `whole saved once ${quality}`, bytes: once };
    yield { detector, kind: `whole ${quality}, PNG`, bytes: await png(sharp(once)) };
  }
}

async function* recaptureCases(host: Uint8Array, width: number, height: number): AsyncGenerator<TraceCase> {
  const { data } = await sharp(host).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const detector = "recapture";
  const finding = "regular-pattern";
  const drawn = (render: (value: number, x: number, y: number, channel: number) => number) => {
    const pixels = Uint8Array.from(data, (value, i) => {
      const at = Math.floor(i / 3);
      return Math.max(0, Math.min(255, Math.round(render(value, at % width, Math.floor(at / width), i % 3))));
    });
    return sharp(pixels, { raw: { width, height, channels: 3 } });
  };
  const halftone = drawn((value, x, y) => halftoneOf(value, x, y, 5.3, Math.PI / 4));
  const printed = drawn((value, x, y) => 0.7 * value + 0.3 * halftoneOf(value, x, y, 4.4, 0.35));
  const screen = drawn((value, x, y, channel) => value * pixelGrid(x, y, 3.7, channel));
  const moire = drawn((value, x, y) => value * (1 + 0.06 * Math.cos(2 * Math.PI * (0.11 * x + 0.035 * y))));
  for (const [kind, image] of [
    ["halftone 5.3 px at 45°", halftone],
    ["faint halftone 4.4 px at 20°", printed],
    ["screen pixels 3.7 px", screen],
    ["moiré 8.7 px, 6 %", moire],
  ] as const) {
    yield { detector, kind: `${kind}, PNG`, bytes: await png(image.clone()), finding };
    yield { detector, kind: `${kind}, JPEG 85`, bytes: await jpeg(85)(image.clone()), finding };
  }
}

/** A dot screen, blurred as a scanner's lens does. */
function halftoneOf(value: number, x: number, y: number, period: number, angle: number): number {
  const [c, s] = [(2 * Math.PI * Math.cos(angle)) / period, (2 * Math.PI * Math.sin(angle)) / period];
  const dots = 0.5 + 0.25 * (Math.cos(c * x + s * y) + Math.cos(c * y - s * x));
  return 255 / (1 + Math.exp(6 * (dots - value / 255)));
}

/** Dark lines between the pixels of a screen and its three colour stripes, seen by a camera. */
function pixelGrid(x: number, y: number, period: number, channel: number): number {
  const row = 0.85 + 0.15 * Math.cos((2 * Math.PI * y) / period);
  return row * (0.8 + 0.2 * Math.cos(2 * Math.PI * (x / period - channel / 3)));
}

async function scaled(image: Uint8Array, factor: number): Promise<Buffer> {
  const { width = 0 } = await sharp(image).metadata();
  return await sharp(image)
    .resize(Math.round(width * factor))
    .png()
    .toBuffer();
}

async function centre(image: Uint8Array): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(image).metadata();
  return await cut(image, Math.floor((width - side) / 2), Math.floor((height - side) / 2));
}

function cut(image: Uint8Array, left: number, top: number): Promise<Buffer> {
  return sharp(image).extract({ left, top, width: side, height: side }).png().toBuffer();
}

function paste(host: Uint8Array, patch: Uint8Array, { left, top }: Square): Promise<Buffer> {
  return sharp(host)
    .composite([{ input: Buffer.from(patch), left, top }])
    .png()
    .toBuffer();
}
