import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp, { type Sharp } from "sharp";
import type { BenchCase, Variant } from "../cases.ts";
import { cloneDisc, cloneRecipes, type RgbImage } from "../copy-move-cases.ts";
import { randomSource } from "../metrics/bootstrap.ts";

const longSide = 512;
const quality = 90;
const smallestSide = 56;
const largestSide = 112;
/** Every so many pictures one is edited so that its earlier saves show, too. */
const historyEvery = 3;
/** Qualities of the save before the last, and of a donor that was a JPEG. */
const earlierQualities = [60, 70, 75] as const;
/** Photographs of these sets are edited with all kinds of earlier saves by `syntheticCases`. */
const editedElsewhere: ReadonlySet<string> = new Set(["kodak24", "ucid"]);

/** A picture to be saved, and whether it was edited. */
interface Edited {
  readonly kind: string;
  readonly variant: Variant;
  readonly isForged: boolean;
  readonly image: Sharp;
}

/** Pictures that nobody has edited. */
function untouched(data: DevelopmentData): ManifestRow[] {
  return data.rows.filter(({ task }) => task === "original");
}

/** Number of pictures that {@link localEdits} yields at most. */
export function editCount(data: DevelopmentData): number {
  const rows = untouched(data);
  return rows.length + 4 * rows.filter(hasHistory).length;
}

function hasHistory({ set }: ManifestRow, index: number): boolean {
  return index % historyEvery === 0 && !editedElsewhere.has(set);
}

/**
 * Forgeries of untouched pictures, so that every source of such pictures holds both classes: of each one that differs from
 * its variant `same-size` in nothing but the edit, and of some that differ in earlier saves, with their controls.
 * Deterministic.
 */
export async function* localEdits(data: DevelopmentData): AsyncGenerator<BenchCase> {
  const rows = untouched(data);
  for (const [index, row] of rows.entries()) {
    const others = rows.filter((other) => other.set === row.set && other !== row);
    const next = others.find((other) => rows.indexOf(other) > index) ?? others[0];
    if (!next) continue;
    const [image, other] = [await sized(data.read(row)), await sized(data.read(next))];
    for await (const { kind, variant, isForged, image: edited } of editsOf(image, other, row, index)) {
      yield {
        path: `edited/${row.path}/${kind}`,
        variant,
        set: row.set,
        task: "manipulation",
        group: `${row.set}/${row.group || row.path}`,
        isForged,
        isMade: true,
        mask: undefined,
        bytes: await edited.toBuffer(),
      };
    }
  }
}

async function* editsOf(image: RgbImage, other: RgbImage, row: ManifestRow, index: number): AsyncGenerator<Edited> {
  const random = randomSource(1000 + index);
  const side = smallestSide + Math.floor(random() * (largestSide - smallestSide));
  const recipe = cloneRecipes[(index >> 1) % cloneRecipes.length]!;
  const edited = index % 2 === 1 ? spliced(image, other, side, random) : cloneDisc(image, recipe, side, random)?.image;
  // A small picture may have no room for the copy.
  if (edited) yield { kind: "edited", variant: "same-size", isForged: true, image: jpeg(edited, quality) };
  if (!hasHistory(row, index)) return;
  const earlier = earlierQualities[(index / historyEvery) % earlierQualities.length]!;
  const [saved, donor] = [await savedAs(image, earlier), await savedAs(other, earlier)];
  const as = { variant: "as-is" } as const;
  const between = jpeg(spliced(saved, other, side, random), quality);
  yield { ...as, kind: "spliced between two saves", isForged: true, image: between };
  yield { ...as, kind: "saved twice", isForged: false, image: jpeg(saved, quality) };
  yield { ...as, kind: "spliced from a JPEG", isForged: true, image: lossless(spliced(image, donor, side, random)) };
  yield { ...as, kind: "without loss", isForged: false, image: lossless(image) };
}

async function sized(bytes: Uint8Array): Promise<RgbImage> {
  const image = sharp(bytes).flatten({ background: "#ffffff" }).toColourspace("srgb").removeAlpha();
  return await decoded(image.resize(longSide, longSide, { fit: "inside" }));
}

async function savedAs(image: RgbImage, earlier: number): Promise<RgbImage> {
  return await decoded(sharp(await jpeg(image, earlier).toBuffer()));
}

async function decoded(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function lossless({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } }).png();
}

function jpeg(image: RgbImage, as: number): Sharp {
  return lossless(image).jpeg({ quality: as, chromaSubsampling: "4:2:0" });
}

/** The image with a disc from another one. */
function spliced({ width, height, data }: RgbImage, other: RgbImage, side: number, random: () => number): RgbImage {
  const radius = side / 2;
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
  return { width, height, data: edited };
}
