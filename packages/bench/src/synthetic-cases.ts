import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";
import { randomSource } from "./metrics/bootstrap.ts";

/** A forgery or a control made from photographs that never were JPEGs. */
export interface SyntheticCase {
  readonly kind: string;
  readonly isForged: boolean;
  /** Path of the host photograph. */
  readonly group: string;
  readonly bytes: Uint8Array;
  /** Where the forgery is. */
  readonly square?: Square;
}

/** A square in pixels. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** First and last JPEG quality of the double-compression splices. */
export const qualityPairs = [
  [50, 70],
  [60, 80],
  [70, 90],
  [75, 95],
  [80, 95],
  [90, 100],
] as const;

const patchSides = [128, 160, 192] as const;
const donorQualities = [60, 75, 90] as const;

/** How many cases one photograph gives; for progress alone. */
export const syntheticCasesEach = 36;

/** Photographs that never were JPEGs; `half` 0 is for fitting, 1 for reporting. */
export function cleanPhotographs(data: DevelopmentData, half: 0 | 1): ManifestRow[] {
  return data.rows.filter(({ set }) => set === "kodak24" || set === "ucid").filter((_, index) => index % 2 === half);
}

/** All forgeries and controls of one photograph; `donor` is another one. Deterministic. */
export async function* syntheticCases(
  data: DevelopmentData,
  row: ManifestRow,
  donor: ManifestRow,
): AsyncGenerator<SyntheticCase> {
  const host = data.read(row);
  const other = data.read(donor);
  const random = randomSource(row.path.length * 1000 + row.path.charCodeAt(row.path.length - 5));
  const { width = 0, height = 0 } = await sharp(host).metadata();
  const place = (side: number): Square => ({
    side,
    left: 8 + Math.floor(random() * (width - side - 16)),
    top: 8 + Math.floor(random() * (height - side - 16)),
  });
  const of = { group: row.path, isForged: true };
  for (const [first, last] of qualityPairs) {
    const square = place(patchSides[Math.floor(random() * 3)]!);
    const patch = await cut(other, 8, 8, square.side);
    const bytes = await jpeg(await paste(await jpeg(host, first), patch, square), last);
    yield { ...of, kind: `double ${first}→${last}`, bytes, square };
  }
  for (const quality of donorQualities) {
    for (const side of patchSides) {
      const square = place(side);
      // Off the grid of the place by 1–7 pixels in both directions.
      const [x, y] = [1 + Math.floor(random() * 7), 1 + Math.floor(random() * 7)];
      const patch = await cut(
        await jpeg(other, quality),
        8 + ((square.left + x) % 8),
        8 + ((square.top + y) % 8),
        side,
      );
      yield { ...of, kind: "misaligned paste", bytes: await paste(host, patch, square), square };
    }
    const square = aligned(place(160));
    const patch = await cut(await jpeg(host, quality - 5), square.left, square.top, square.side);
    const ghost = await paste(host, patch, square);
    yield { ...of, kind: "aligned paste", bytes: await jpeg(ghost, quality + 10), square };
  }
  yield* controls(host, row.path);
}

async function* controls(host: Uint8Array, group: string): AsyncGenerator<SyntheticCase> {
  const of = { group, isForged: false };
  yield { ...of, kind: "untouched, without loss", bytes: host };
  for (const quality of [70, 80, 90, 95, 100]) yield { ...of, kind: "saved once", bytes: await jpeg(host, quality) };
  for (const [first, last] of [
    [60, 80],
    [75, 90],
    [90, 95],
  ] as const) {
    const once = await jpeg(host, first);
    yield { ...of, kind: "saved twice", bytes: await jpeg(once, last) };
    const { width = 0, height = 0 } = await sharp(once).metadata();
    const cropped = sharp(once).extract({ left: 3, top: 5, width: width - 8, height: height - 8 });
    yield { ...of, kind: "cropped and saved", bytes: await cropped.clone().jpeg({ quality: last }).toBuffer() };
    yield { ...of, kind: "cropped, without loss", bytes: await cropped.png().toBuffer() };
    const resized = sharp(once).resize(Math.round(width * 0.8));
    yield { ...of, kind: "resized and saved", bytes: await resized.jpeg({ quality: last }).toBuffer() };
  }
}

function aligned({ left, top, side }: Square): Square {
  return { left: left - (left % 8), top: top - (top % 8), side };
}

function jpeg(image: Uint8Array, quality: number): Promise<Buffer> {
  return sharp(image).jpeg({ quality }).toBuffer();
}

function cut(image: Uint8Array, left: number, top: number, side: number): Promise<Buffer> {
  return sharp(image).extract({ left, top, width: side, height: side }).png().toBuffer();
}

function paste(host: Uint8Array, patch: Uint8Array, { left, top }: Square): Promise<Buffer> {
  return sharp(host)
    .composite([{ input: Buffer.from(patch), left, top }])
    .png()
    .toBuffer();
}

/** A mask of the square, as the PNG that other masks are. */
export async function squareMask(image: Uint8Array, { left, top, side }: Square): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(image).metadata();
  const white = await sharp({ create: { width: side, height: side, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  return await sharp({ create: { width, height, channels: 3, background: "#000" } })
    .composite([{ input: white, left, top }])
    .png()
    .toBuffer();
}
