/** What {@link paintLandscape} paints. */
export interface Landscape {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly hour?: "day" | "dusk";
}

type Color = readonly [number, number, number];

const palettes = {
  day: { high: [92, 140, 196], low: [214, 224, 226], far: [128, 150, 168], near: [58, 84, 44] },
  dusk: { high: [60, 52, 96], low: [232, 150, 96], far: [112, 84, 110], near: [40, 34, 38] },
} as const satisfies Record<string, Record<string, Color>>;

const ranges = 5;
/** Standard deviation of the grain, in grey levels: about that of a camera at ISO 400. */
const grain = 2.5;

/** An invented landscape: a clouded sky over ranges of wooded hills, with the grain of a camera. 8-bit RGB. */
export function paintLandscape({ width, height, seed, hour = "day" }: Landscape) {
  const palette = palettes[hour];
  const data = new Uint8Array(width * height * 3);
  const ridges = Array.from({ length: ranges }, (_, range) => ridge(width, height, seed, range));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const range = ridges.findLastIndex((line) => y >= line[x]!);
      const color =
        range < 0
          ? sky(x, y, height, seed, palette)
          : hill(x, y, seed, range, mix(palette.far, palette.near, range / (ranges - 1)));
      const noise = grain * (random(x, y, seed + 900) + random(x, y, seed + 901) + random(x, y, seed + 902) - 1.5) * 2;
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(color[c]! + noise)));
    }
  }
  return { width, height, data };
}

/** Height of one range of hills above every column; nearer ranges are lower in the picture and rougher. */
function ridge(width: number, height: number, seed: number, range: number): Float64Array {
  const base = height * (0.42 + 0.12 * range);
  return Float64Array.from(
    { length: width },
    (_, x) => base + height * 0.22 * (fractal(x / (260 - 30 * range), range * 7.3, seed + range, 6) - 0.5),
  );
}

function sky(x: number, y: number, height: number, seed: number, palette: (typeof palettes)["day" | "dusk"]): Color {
  const cloud = Math.max(0, fractal(x / 180, y / 70, seed + 50, 7) - 0.48) * 2.6;
  return mix(mix(palette.high, palette.low, Math.min(1, (1.6 * y) / height)), [244, 240, 236], Math.min(0.9, cloud));
}

function hill(x: number, y: number, seed: number, range: number, color: Color): Color {
  const leaves = fractal(x / (10 + 4 * range), y / (8 + 3 * range), seed + 100 + range, 5) - 0.5;
  const light = 1 + (0.5 + 0.25 * range) * leaves + 0.25 * (fractal(x / 90, y / 60, seed + 200 + range, 3) - 0.5);
  return [color[0] * light, color[1] * (light + 0.05 * leaves), color[2] * light];
}

function mix(a: Color, b: Color, share: number): Color {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** Sum of value noise over octaves, about 0–1. */
function fractal(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0, amplitude = 1, scale = 1; octave < octaves; octave++, amplitude *= 0.55, scale *= 2) {
    sum += amplitude * valueNoise(x * scale, y * scale, seed + 31 * octave);
    weight += amplitude;
  }
  return sum / weight;
}

function valueNoise(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(x - left), smooth(y - top)];
  const upper = random(left, top, seed) * (1 - u) + random(left + 1, top, seed) * u;
  const lower = random(left, top + 1, seed) * (1 - u) + random(left + 1, top + 1, seed) * u;
  return upper * (1 - v) + lower * v;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** A number in [0, 1) that depends on its arguments alone (an integer hash). */
function random(x: number, y: number, seed: number): number {
  let hash = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed, 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}
