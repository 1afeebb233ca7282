import type { Plane } from "../raster/plane.ts";
import { signed, TileSpectra, tileSide } from "../raster/spectral-peaks.ts";
import { tileLayout } from "../raster/tiles.ts";

/** One regular pattern that lies over most of the image. */
export interface RegularPattern {
  /** Pixels from one line to the next. */
  readonly period: number;
  /** Degrees from the x axis to the direction in which the pattern repeats, −90 < direction ≤ 90; y points down. */
  readonly direction: number;
  /** Share of the tiles that show it, 0–1. */
  readonly share: number;
}

/** What the spectra say about an image. */
export interface PatternReading {
  /** Widest spread first. */
  readonly patterns: readonly RegularPattern[];
  /** Tiles with enough contrast to show a pattern, and all tiles. */
  readonly telling: number;
  readonly tiles: number;
}

/** Peak ratio from which on a tile shows a frequency; chance e⁻⁵. */
const leastRatio = 5;
/** Share of the telling tiles with the same frequency; no scene repeats itself so widely. */
const leastShare = 0.5;
/** Fewer tiles may agree by chance of the scene, as in a small picture of a façade. */
export const fewestShowing = 8;
/** Standard deviation of a tile, in levels, below which it is flat. */
const leastDeviation = 2;
/** Patterns of more than about 10 px are content. In cycles per 128 px. */
const lowestFrequency = 12;
const mostPatterns = 8;

/**
 * Frequencies that stand out of the luma spectrum in most tiles alike: the dots of a print (a lattice turned by the
 * screen angle), the pixels of a screen, or the moiré of either with the camera's sensor. A fence shows in a few tiles.
 */
export function regularPatterns(plane: Plane): PatternReading {
  const layout = tileLayout(plane.width, plane.height, tileSide, tileSide, 0);
  const places = layout.rows.flatMap((y) => layout.columns.map((x) => ({ x, y })));
  const counts = new Float64Array(tileSide * tileSide);
  const spectra = new TileSpectra();
  const tiles = [new Float64Array(tileSide ** 2), new Float64Array(tileSide ** 2)] as const;
  const ratios = [new Float32Array(tileSide ** 2), new Float32Array(tileSide ** 2)] as const;
  let telling = 0;
  for (let first = 0; first < places.length; first += 2) {
    const isTelling = tiles.map((tile, i) => lumaTile(plane, places[first + i], tile));
    spectra.analyze(tiles[0], tiles[1], ratios);
    for (let i = 0; i < 2; i++) {
      if (!isTelling[i]) continue;
      telling++;
      for (let k = 0; k < counts.length; k++) if (ratios[i]![k]! >= leastRatio) counts[k]!++;
    }
  }
  return { patterns: telling === 0 ? [] : strongestPatterns(counts, telling), telling, tiles: places.length };
}

function lumaTile({ width, data }: Plane, place: { x: number; y: number } | undefined, out: Float64Array): boolean {
  out.fill(0);
  if (!place) return false;
  let [sum, squares] = [0, 0];
  for (let v = 0, i = 0; v < tileSide; v++) {
    for (let at = (place.y + v) * width + place.x, end = at + tileSide; at < end; at++, i++) {
      out[i] = data[at]!;
      sum += data[at]!;
      squares += data[at]! ** 2;
    }
  }
  const mean = sum / out.length;
  for (let i = 0; i < out.length; i++) out[i]! -= mean;
  return squares / out.length - mean * mean >= leastDeviation ** 2;
}

/** The frequencies that most tiles show, one per 5 × 5 neighbours. */
function strongestPatterns(counts: Float64Array, telling: number): RegularPattern[] {
  const patterns: RegularPattern[] = [];
  while (patterns.length < mostPatterns) {
    let best = -1;
    // Real tiles have the same power at opposite frequencies: half of them suffices.
    for (let k = 0; k < counts.length; k++) if (isUpper(k) && counts[k]! > (counts[best] ?? 0)) best = k;
    if (best === -1 || counts[best]! < Math.max(fewestShowing, leastShare * telling)) break;
    patterns.push(patternAt(counts, best, telling));
    clearAround(counts, best);
  }
  return patterns;
}

function isUpper(k: number): boolean {
  const [u, v] = [signed(k % tileSide), signed(Math.floor(k / tileSide))];
  return (v > 0 || (v === 0 && u > 0)) && u * u + v * v >= lowestFrequency ** 2;
}

/** Centre of gravity of the counts around a peak. */
function patternAt(counts: Float64Array, at: number, telling: number): RegularPattern {
  const [u, v] = [signed(at % tileSide), signed(Math.floor(at / tileSide))];
  let [weight, du, dv] = [0, 0, 0];
  for (let y = -1; y <= 1; y++) {
    for (let x = -1; x <= 1; x++) {
      const count = counts[indexOf(u + x, v + y)]!;
      weight += count;
      du += count * x;
      dv += count * y;
    }
  }
  const [fu, fv] = [u + du / weight, v + dv / weight];
  const degrees = (Math.atan2(fv, fu) * 180) / Math.PI;
  return {
    period: tileSide / Math.hypot(fu, fv),
    direction: degrees > 90 ? degrees - 180 : degrees,
    share: counts[at]! / telling,
  };
}

function clearAround(counts: Float64Array, at: number): void {
  const [u, v] = [signed(at % tileSide), signed(Math.floor(at / tileSide))];
  for (let y = -2; y <= 2; y++) for (let x = -2; x <= 2; x++) counts[indexOf(u + x, v + y)] = 0;
}

function indexOf(u: number, v: number): number {
  return ((v + tileSide) % tileSide) * tileSide + ((u + tileSide) % tileSide);
}
