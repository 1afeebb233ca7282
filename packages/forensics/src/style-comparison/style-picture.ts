import { type ForensicImage, isArtGuardError, type Raster } from "@artguard/core";
import { jpegStructureOf } from "../jpeg/jpeg-of.ts";
import { upright } from "../raster/orient-raster.ts";
import type { Plane } from "../raster/plane.ts";
import { areaPlane, binomial } from "../raster/resample.ts";

/** Longest side in pixels at which works are compared; larger pictures are reduced. */
const comparedSide = 1024;
const channelMixes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** A work reduced to what the comparison needs, so that the large picture can be let go. */
export interface StylePicture {
  /** Upright, RGB, longest side at most 1024. */
  readonly raster: Raster;
  /** Longest side of the file's picture in pixels. */
  readonly longest_side: number;
  /** 0–100 for JPEG files whose tables can be read, else null. */
  readonly jpeg_quality: number | null;
  /** See {@link sharpness}; at the reduced size. */
  readonly sharpness: number;
}

/** CIE 1976 L*a*b* planes (D65, sRGB). */
export interface LabPlanes {
  readonly lightness: Plane;
  readonly a: Plane;
  readonly b: Plane;
}

const pictures = new WeakMap<ForensicImage, StylePicture>();

/** Reduces a work; see {@link StylePicture}. Done once per image. */
export function stylePicture(image: ForensicImage): StylePicture {
  const known = pictures.get(image) ?? reduce(image);
  pictures.set(image, known);
  return known;
}

function reduce(image: ForensicImage): StylePicture {
  const { raster, info } = image;
  const longest_side = Math.max(raster.width, raster.height);
  const small = upright(reducedTo(raster, comparedSide), info.orientation);
  return { raster: small, longest_side, jpeg_quality: qualityOf(image), sharpness: sharpness(toLab(small).lightness) };
}

/** A picture whose longest side is at most `longest`, by area means. */
export function reducedTo(raster: Raster, longest: number): Raster {
  if (raster.channels === 3 && longest >= Math.max(raster.width, raster.height)) return raster;
  const scale = Math.min(1, longest / Math.max(raster.width, raster.height));
  const [width, height] = [Math.round(raster.width * scale), Math.round(raster.height * scale)];
  const planes = channelMixes.map((mix) => areaPlane(raster, mix, Math.max(1, width), Math.max(1, height)));
  const [first] = planes as [Plane];
  const data = new Uint8Array(3 * first.data.length);
  for (const [c, plane] of planes.entries())
    for (let i = 0; i < plane.data.length; i++) data[3 * i + c] = Math.round(plane.data[i]!);
  // A grey picture has its one channel in the first mix.
  if (raster.channels === 1) for (let i = 0; i < data.length; i++) data[i] = data[i - (i % 3)]!;
  return { width: first.width, height: first.height, channels: 3, data };
}

function qualityOf({ bytes, info }: ForensicImage): number | null {
  if (info.format !== "jpeg") return null;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return null;
    throw error;
  }
}

/** sRGB to CIE L*a*b* under D65 (IEC 61966-2-1; CIE 15:2004, section 8.2.1). */
export function toLab({ width, height, data }: Raster): LabPlanes {
  const plane = () => ({ width, height, data: new Float32Array(width * height) });
  const [lightness, a, b] = [plane(), plane(), plane()];
  for (let i = 0, j = 0; j < data.length; i++, j += 3) {
    const [red, green, blue] = [linear[data[j]!]!, linear[data[j + 1]!]!, linear[data[j + 2]!]!];
    const x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
    const y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    const z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
    lightness.data[i] = 116 * y - 16;
    a.data[i] = 500 * (x - y);
    b.data[i] = 200 * (y - z);
  }
  return { lightness, a, b };
}

const linear = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

function root(share: number): number {
  return share > (6 / 29) ** 3 ? Math.cbrt(share) : share / (3 * (6 / 29) ** 2) + 4 / 29;
}

/**
 * How much detail a picture has in its finest octave: the logarithm to base 2 of the mean absolute detail that a binomial
 * filter removes, over that which it removes at a quarter of the size. Higher is sharper; 0 for flat pictures.
 */
export function sharpness(lightness: Plane): number {
  const fine = detailOf(lightness);
  const coarse = detailOf(halved(halved(lightness)));
  return fine > 1e-6 && coarse > 1e-6 ? Math.log2(fine / coarse) : 0;
}

function detailOf(plane: Plane): number {
  const soft = binomial(plane);
  let sum = 0;
  for (let i = 0; i < plane.data.length; i++) sum += Math.abs(plane.data[i]! - soft.data[i]!);
  return sum / Math.max(1, plane.data.length);
}

/** A plane at half its size: every second sample after a binomial filter. */
export function halved(plane: Plane): Plane {
  const soft = binomial(plane);
  const [width, height] = [plane.width >> 1, plane.height >> 1];
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = soft.data[2 * y * plane.width + 2 * x]!;
  return { width, height, data };
}
