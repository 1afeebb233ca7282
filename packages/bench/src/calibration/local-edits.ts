import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";
import type { BenchCase } from "../cases.ts";
import { cloneDisc, cloneRecipes, type RgbImage } from "../copy-move-cases.ts";
import { randomSource } from "../metrics/bootstrap.ts";

/** The variant `same-size` of the untouched picture is the control: it differs in nothing but the edit. */
const variant = "same-size";
const longSide = 512;
const quality = 90;
const smallestSide = 56;
const largestSide = 112;

/** Untouched pictures, each of which is edited once. */
export function editedRows(data: DevelopmentData): ManifestRow[] {
  return data.rows.filter(({ task }) => task === "original");
}

/**
 * One forgery of every untouched picture, so that every source of untouched pictures holds both classes in one format: in
 * turn a disc that is copied inside the picture, and one from the next picture of the set. Deterministic.
 */
export async function* localEdits(data: DevelopmentData): AsyncGenerator<BenchCase> {
  const rows = editedRows(data);
  for (const [index, row] of rows.entries()) {
    const donor = rows.findIndex((other, i) => i !== index && other.set === row.set && i > index);
    const image = await sized(data.read(row));
    const other = await sized(data.read(rows[donor] ?? rows.find(({ set }) => set === row.set)!));
    const edited = edit(image, other, index);
    if (!edited) continue;
    const { width, height } = image;
    const raw = { width, height, channels: 3 } as const;
    yield {
      path: `edited/${row.path}`,
      variant,
      set: row.set,
      task: "manipulation",
      group: `${row.set}/${row.group || row.path}`,
      isForged: true,
      mask: undefined,
      bytes: await sharp(edited, { raw }).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer(),
    };
  }
}

async function sized(bytes: Uint8Array): Promise<RgbImage> {
  const image = sharp(bytes).flatten({ background: "#ffffff" }).toColourspace("srgb").removeAlpha();
  const inside = image.resize(longSide, longSide, { fit: "inside" });
  const { data, info } = await inside.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** @returns undefined when the picture has no room for the edit. */
function edit(image: RgbImage, other: RgbImage, index: number): Uint8Array | undefined {
  const random = randomSource(1000 + index);
  const side = smallestSide + Math.floor(random() * (largestSide - smallestSide));
  const recipe = cloneRecipes[(index >> 1) % cloneRecipes.length]!;
  if (index % 2 === 0) return cloneDisc(image, recipe, side, random)?.image.data;
  return spliceDisc(image, other, side / 2, random);
}

function spliceDisc(
  { width, height, data }: RgbImage,
  other: RgbImage,
  radius: number,
  random: () => number,
): Uint8Array {
  const centre = (length: number) => Math.floor(radius + random() * (length - 2 * radius));
  const [x, y, u, v] = [centre(width), centre(height), centre(other.width), centre(other.height)];
  const edited = Uint8Array.from(data);
  for (let dy = -Math.floor(radius); dy < radius; dy++) {
    for (let dx = -Math.floor(radius); dx < radius; dx++) {
      if (Math.hypot(dx, dy) > radius) continue;
      const [from, to] = [((v + dy) * other.width + u + dx) * 3, ((y + dy) * width + x + dx) * 3];
      for (let c = 0; c < 3; c++) edited[to + c] = other.data[from + c]!;
    }
  }
  return edited;
}
