import sharp from "sharp";
import { randomSource } from "../textured-rgb.ts";

/** A picture that repeats itself by nature: grey values of a scene, before any noise. */
type Scene = (random: () => number, side: number) => (x: number, y: number) => number;

/** Repetitions of the world: equal objects, each photographed or painted with noise of its own. */
export const repetitiveScenes: Readonly<Record<string, Scene>> = {
  "dot lattice": (random) => {
    const [period, radius, angle] = [14 + 20 * random(), 3 + 4 * random(), random()];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return (x, y) => {
      const [u, v] = [mod(cos * x + sin * y, period) - period / 2, mod(cos * y - sin * x, period) - period / 2];
      return 170 - 110 * step(radius - Math.hypot(u, v));
    };
  },
  bricks: (random) => {
    const [w, h] = [26 + Math.floor(20 * random()), 12 + Math.floor(8 * random())];
    const jitter = Array.from({ length: 4096 }, () => random());
    return (x, y) => {
      const row = Math.floor(y / h);
      const shifted = x + (row % 2 === 0 ? 0 : w / 2);
      const column = Math.floor(shifted / w);
      const [u, v] = [mod(shifted, w), mod(y, h)];
      const tone = 95 + 45 * jitter[(row * 61 + column * 7) & 4095]!;
      return Math.min(u, v) < 2 ? 185 : tone - 10 * Math.sin(u / 3 + 6 * jitter[(row * 13 + column) & 4095]!);
    };
  },
  fabric: (random) => {
    const [a, b] = [5 + 6 * random(), 5 + 6 * random()];
    const [contrast, slant] = [20 + 40 * random(), 0.4 * random()];
    return (x, y) => {
      const weave = Math.sin((2 * Math.PI * (x + slant * y)) / a) * Math.sin((2 * Math.PI * (y - slant * x)) / b);
      return 128 + contrast * weave + 12 * Math.sin(x / 40) + 8 * Math.sin(y / 31);
    };
  },
  ornament: (random) => {
    const period = 40 + 30 * random();
    const [petals, inner] = [3 + Math.floor(5 * random()), 4 + 4 * random()];
    const isMirrored = random() < 0.5;
    return (x, y) => {
      const column = Math.floor(x / period);
      const u = (mod(x, period) - period / 2) * (isMirrored && column % 2 === 1 ? -1 : 1);
      const v = mod(y, period) - period / 2;
      const [r, t] = [Math.hypot(u, v), Math.atan2(v, u)];
      const rosette = inner + (period / 4) * Math.abs(Math.sin((petals * t) / 2 + 0.3));
      return 60 + 90 * step(rosette - r) + 40 * step(period / 12 - Math.hypot(u - period / 3, v + period / 3.5));
    };
  },
  façade: (random) => {
    const [px, py] = [34 + 20 * random(), 44 + 20 * random()];
    const blinds = Array.from({ length: 256 }, () => random());
    return (x, y) => {
      const [column, row] = [Math.floor(x / px), Math.floor(y / py)];
      const [u, v] = [mod(x, px) / px, mod(y, py) / py];
      if (u < 0.2 || u > 0.8 || v < 0.15 || v > 0.85) return 175 - 6 * step(Math.sin(y / 2.5));
      if (Math.abs(u - 0.5) < 0.03 || Math.abs(v - 0.45) < 0.02 || u < 0.24 || u > 0.76) return 225;
      return v < 0.15 + 0.7 * blinds[(row * 16 + column) & 255]! ** 3 ? 190 : 55 + 25 * v;
    };
  },
  text: (random) => {
    const glyphs = Array.from({ length: 12 }, () => Array.from({ length: 35 }, () => random() < 0.5));
    const letters = Array.from({ length: 1024 }, () => Math.floor(12 * random()));
    const size = 1.6 + 1.5 * random();
    return (x, y) => {
      const [column, row] = [Math.floor(x / (6 * size)), Math.floor(y / (10 * size))];
      const [u, v] = [Math.floor(mod(x, 6 * size) / size), Math.floor(mod(y, 10 * size) / size)];
      const ink = u < 5 && v < 7 && glyphs[letters[(row * 31 + column) & 1023]!]![v * 5 + u];
      return (ink ? 40 : 215) + 0.05 * x;
    };
  },
  "mirror symmetry": (random, side) => {
    const waves = Array.from({ length: 14 }, () => ({
      f: 0.03 + 0.3 * random(),
      g: 0.6 * (random() - 0.5),
      p: 7 * random(),
    }));
    return (x, y) => {
      const u = Math.abs(x - side / 2);
      return waves.reduce((sum, { f, g, p }) => sum + (9 / Math.sqrt(f * 10)) * Math.sin(f * u + g * y + p), 128);
    };
  },
};

/** The scene number `seed` as a camera gives it: soft edges, uneven light, noise of 1–3 grey values. */
export async function photographed(scene: Scene, side: number, seed: number): Promise<Buffer> {
  const random = randomSource(seed);
  const value = scene(random, side);
  const [noise, lightX, lightY] = [1 + 2 * random(), 40 * (random() - 0.5), 40 * (random() - 0.5)];
  const grey = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      // Four samples per pixel: a lens has no jagged edges.
      let sum = 0;
      for (const [u, v] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const)
        sum += value(x + u, y + v);
      grey[y * side + x] = sum / 4 + (lightX * x + lightY * y) / side;
    }
  }
  const data = new Uint8Array(3 * grey.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.max(
      0,
      Math.min(255, Math.round(grey[Math.floor(i / 3)]! + ((i % 3) - 1) * 10 + noise * gaussian(random))),
    );
  }
  const image = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  return await (seed % 2 === 0 ? image.png() : image.jpeg({ quality: 80 + (seed % 5) * 4 })).toBuffer();
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function mod(x: number, period: number): number {
  return x - period * Math.floor(x / period);
}

/** 0 to 1 over one pixel. */
function step(x: number): number {
  return Math.max(0, Math.min(1, x + 0.5));
}
