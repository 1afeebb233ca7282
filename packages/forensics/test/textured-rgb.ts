/** A deterministic stream of numbers in [0, 1) (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A photograph-like test picture: smooth shapes at many scales, edges and sensor noise; RGB, 8 bits, deterministic. */
export function texturedRgb(width: number, height: number, seed: number): Uint8Array {
  const random = randomSource(seed);
  const waves = Array.from({ length: 24 }, (_, i) => {
    const frequency = (0.7 * 1.32 ** i) / 256;
    const angle = random() * 2 * Math.PI;
    return { fx: frequency * Math.cos(angle), fy: frequency * Math.sin(angle), phase: random(), power: 60 / 1.22 ** i };
  });
  const edges = Array.from({ length: 8 }, () => ({
    x: random() * width,
    y: random() * height,
    r: 20 + random() * 80,
    d: random() * 60 - 30,
  }));
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 125;
      for (const { fx, fy, phase, power } of waves) value += power * Math.sin(2 * Math.PI * (fx * x + fy * y + phase));
      for (const { x: cx, y: cy, r, d } of edges) if (Math.hypot(x - cx, y - cy) < r) value += d;
      for (let c = 0; c < 3; c++, i++)
        pixels[i] = Math.max(0, Math.min(255, value + 12 * (c - 1) + 8 * (random() - 0.5)));
    }
  }
  return pixels;
}
