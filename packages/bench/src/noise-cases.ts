import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp, { type Sharp } from "sharp";
import { randomSource } from "./metrics/bootstrap.ts";

/** A splice or its untouched host. */
export interface NoiseCase {
  /** What was done to the donor; "untouched" for the host itself. */
  readonly donor: string;
  /** How the picture was saved. */
  readonly output: string;
  readonly isForged: boolean;
  /** Path of the host photograph. */
  readonly group: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Row-major, non-zero = forged. */
  readonly mask: Uint8Array;
}

/** Large camera pictures are cropped (never scaled) to this, to keep the command short. */
const largestSide = 1024;
/** Half-axes of the pasted ellipse as shares of the sides. */
const [leastAxis, mostAxis] = [0.14, 0.24];

const donors: Readonly<Record<string, (picture: Sharp, width: number) => Sharp>> = {
  "other camera": (picture) => picture,
  enlarged: (picture, width) => picture.resize(Math.round(1.4 * width)),
  reduced: (picture, width) => picture.resize(Math.round(0.75 * width)),
  denoised: (picture) => picture.median(3),
  sharpened: (picture) => picture.sharpen({ sigma: 1 }),
};

const outputs: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  png: (picture) => picture.png({ compressionLevel: 1 }),
  "jpeg 95": (picture) => picture.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }),
  "jpeg 85": (picture) => picture.jpeg({ quality: 85 }),
};

/** Untouched photographs of three kinds of source; `half` 0 is for choosing parameters, 1 for reporting. */
export function noisePhotographs({ rows }: DevelopmentData, half: 0 | 1): ManifestRow[] {
  return ["kodak24", "ucid", "cameras"].flatMap((wanted) => {
    const members = rows.filter(({ set }) => set === wanted);
    const groups = [...new Set(members.map(({ group }) => group))];
    return members.filter(({ group }) => groups.indexOf(group) % 2 === half);
  });
}

/**
 * The host and its splices with a donor of another source, in each kind of file. Deterministic.
 *
 * @param options.isDemosaiced Interpolates half of the host's green samples first, as a camera does.
 */
export async function* noiseCases(
  data: DevelopmentData,
  host: ManifestRow,
  photographs: readonly ManifestRow[],
  { isDemosaiced = false } = {},
): AsyncGenerator<NoiseCase> {
  const index = photographs.indexOf(host);
  const random = randomSource(index + 1);
  const others = photographs.filter(({ set }) => set !== host.set);
  const clean = await decoded(data.read(host));
  const { width, height } = clean;
  if (isDemosaiced) interpolateGreen(clean);
  for (const [donor, edit] of [["untouched", undefined], ...Object.entries(donors)] as const) {
    const mask = new Uint8Array(width * height);
    const pixels = Buffer.from(clean.pixels);
    if (edit) {
      const other = await decoded(data.read(others[Math.floor(random() * others.length)]!), edit);
      pasteEllipse(pixels, mask, clean, other, random);
    }
    for (const [output, save] of Object.entries(outputs)) {
      const bytes = await save(sharp(pixels, { raw: { width, height, channels: 3 } })).toBuffer();
      yield { donor, output, isForged: edit !== undefined, group: host.path, bytes, width, height, mask };
    }
  }
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

async function decoded(bytes: Uint8Array, edit: (picture: Sharp, width: number) => Sharp = (p) => p): Promise<Pixels> {
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  const region = { left: 0, top: 0, width: Math.min(width, largestSide), height: Math.min(height, largestSide) };
  const cropped = await sharp(bytes).extract(region).png({ compressionLevel: 0 }).toBuffer();
  const edited = edit(sharp(cropped), region.width).toColourspace("srgb").removeAlpha();
  const { data, info } = await edited.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** Replaces the green of every second pixel, in a chequerboard, by the mean of its four neighbours. */
function interpolateGreen({ width, height, pixels }: Pixels): void {
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1 + (y & 1); x < width - 1; x += 2) {
      const at = 3 * (y * width + x) + 1;
      const sum = pixels[at - 3]! + pixels[at + 3]! + pixels[at - 3 * width]! + pixels[at + 3 * width]!;
      pixels[at] = Math.round(sum / 4);
    }
  }
}

function pasteEllipse(pixels: Buffer, mask: Uint8Array, host: Pixels, donor: Pixels, random: () => number): void {
  const axis = (side: number) => Math.round(side * (leastAxis + (mostAxis - leastAxis) * random()));
  const a = Math.min(axis(host.width), (donor.width >> 1) - 1);
  const b = Math.min(axis(host.height), (donor.height >> 1) - 1);
  const centre = (side: number, half: number) => half + Math.floor(random() * (side - 2 * half));
  const [x0, y0] = [centre(host.width, a), centre(host.height, b)];
  const [u0, v0] = [centre(donor.width, a), centre(donor.height, b)];
  for (let v = -b; v < b; v++) {
    for (let u = -a; u < a; u++) {
      if ((u / a) ** 2 + (v / b) ** 2 > 1) continue;
      const to = (y0 + v) * host.width + x0 + u;
      const from = (v0 + v) * donor.width + u0 + u;
      mask[to] = 1;
      for (let c = 0; c < 3; c++) pixels[3 * to + c] = donor.pixels[3 * from + c]!;
    }
  }
}
