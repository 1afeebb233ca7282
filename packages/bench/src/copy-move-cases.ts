/** Decoded RGB pixels. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How a patch is copied. */
export interface CloneRecipe {
  readonly name: string;
  /** Size of the copy relative to the original. */
  readonly scale: number;
  /** Degrees. */
  readonly angle: number;
  readonly isMirrored: boolean;
}

/** A picture with a clone and its mask (source and target, 255). */
export interface ClonedImage {
  readonly image: RgbImage;
  readonly mask: Uint8Array;
  /** Centres of the two places. */
  readonly source: readonly [number, number];
  readonly target: readonly [number, number];
}

/** The manipulations whose recall is stated. */
export const cloneRecipes: readonly CloneRecipe[] = [
  { name: "shift", scale: 1, angle: 0, isMirrored: false },
  { name: "rotation 5°", scale: 1, angle: 5, isMirrored: false },
  { name: "rotation 30°", scale: 1, angle: 30, isMirrored: false },
  { name: "rotation 90°", scale: 1, angle: 90, isMirrored: false },
  { name: "scale 0.8", scale: 0.8, angle: 0, isMirrored: false },
  { name: "scale 1.3", scale: 1.3, angle: 0, isMirrored: false },
  { name: "mirrored", scale: 1, angle: 0, isMirrored: true },
];

/** Tries to find two disjoint places; a round copy keeps the corners of the square out of the mask. */
const placements = 200;

/**
 * Copies a disc inside an image to another place, cubic interpolation, hard edge.
 *
 * @param side Diameter of the copied disc in pixels of the source.
 * @param isWanted Chooses the source by its mean absolute gradient in grey values.
 * @returns undefined when no place was found.
 */
export function cloneDisc(
  image: RgbImage,
  recipe: CloneRecipe,
  side: number,
  random: () => number,
  isWanted: (gradient: number) => boolean = () => true,
): ClonedImage | undefined {
  const { width, height } = image;
  const radius = side / 2;
  const reach = Math.ceil(radius * Math.max(1, recipe.scale)) + 4;
  const place = (length: number) => reach + Math.floor(random() * (length - 2 * reach));
  if (Math.min(width, height) <= 2 * reach + 2) return undefined;
  for (let trial = 0; trial < placements; trial++) {
    const [sx, sy, tx, ty] = [place(width), place(height), place(width), place(height)];
    if (Math.hypot(sx - tx, sy - ty) < radius * (1 + recipe.scale) + 8) continue;
    if (!isWanted(meanGradient(image, sx, sy, radius))) continue;
    return pasteDisc(image, recipe, radius, [sx, sy], [tx, ty]);
  }
  return undefined;
}

function pasteDisc(
  { width, height, data }: RgbImage,
  { scale, angle, isMirrored }: CloneRecipe,
  radius: number,
  [sx, sy]: readonly [number, number],
  [tx, ty]: readonly [number, number],
): ClonedImage {
  const pixels = Uint8Array.from(data);
  const mask = new Uint8Array(width * height);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const reach = Math.ceil(radius * Math.max(1, scale));
  for (let v = -reach; v <= reach; v++) {
    for (let u = -reach; u <= reach; u++) {
      if (Math.hypot(u, v) <= radius) mask[(sy + v) * width + sx + u] = 255;
      if (Math.hypot(u, v) > radius * scale) continue;
      mask[(ty + v) * width + tx + u] = 255;
      const p = ((isMirrored ? -1 : 1) * (cos * u + sin * v)) / scale;
      const q = (-sin * u + cos * v) / scale;
      for (let c = 0; c < 3; c++) {
        const value = cubic(data, width, height, sx + p, sy + q, c);
        pixels[((ty + v) * width + tx + u) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { image: { width, height, data: pixels }, mask, source: [sx, sy], target: [tx, ty] };
}

function cubic(data: Uint8Array, width: number, height: number, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x + 1e-9), Math.floor(y + 1e-9)];
  const [wx, wy] = [weights(x - left), weights(y - top)];
  let sum = 0;
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) {
      const px = Math.max(0, Math.min(width - 1, left - 1 + i));
      const py = Math.max(0, Math.min(height - 1, top - 1 + j));
      sum += wx[i]! * wy[j]! * data[(py * width + px) * 3 + channel]!;
    }
  }
  return sum;
}

/** Keys' cubic convolution, a = −½. */
function weights(t: number): number[] {
  return [
    -0.5 * t ** 3 + t ** 2 - 0.5 * t,
    1.5 * t ** 3 - 2.5 * t ** 2 + 1,
    -1.5 * t ** 3 + 2 * t ** 2 + 0.5 * t,
    0.5 * t ** 3 - 0.5 * t ** 2,
  ];
}

function meanGradient({ width, data }: RgbImage, x: number, y: number, radius: number): number {
  let [sum, count] = [0, 0];
  for (let v = -radius; v < radius; v += 2) {
    for (let u = -radius; u < radius; u += 2, count++) {
      const i = (Math.round(y + v) * width + Math.round(x + u)) * 3 + 1;
      sum += Math.abs(data[i + 3]! - data[i]!);
    }
  }
  return sum / count;
}
